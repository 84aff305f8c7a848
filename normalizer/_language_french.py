"""Groups of letters that speak for French and against English: data, made by a program.

The logarithm of how much likelier a letter is after the letters before it in one language than in the other, in quarters, at most 24;
from the n-gram counts of lingua-py 1.3.5 (Peter M. Stahl, Apache-2.0; counted on the Leipzig corpora), the 12,500 that weigh most.
"""

from __future__ import annotations

GROUPS: dict[tuple[int, int], str] = {
    (1, 1): "elpsv",
    (1, 2): "agapbacecidadrflfrglgthoibilioiskimbmeminancnenunvobogprrarcrmrrsosssutetuurzoèrécénêtôt",
    (1, 3): (
        "ablaceaciactamiangargarrartasiautberbliborcarcatcipcrictidiedifdroecreepegaempensenteptervetteureusfanfecfinflegargergesgisgra"
        "henheriatibuicaideiliimiimpinciraismitoivilemliglitmalmesmmamodmonmoumprndonivnnentroluomaomiomoondonfonsooroteparpayplopperan"
        "resretrierimritrmirodrucréascascrsensepsiosocsorspassissostetabtantiottaublulaultvanvelvilvre"
    ),
    (1, 4): (
        "actiafriainsanadbilicaticonnconsdantdenteconectiemenertaffecgardgiongrouhabiicesientiersilliimpoinisinteiqueistritioiverivesme"
        "dimiermomenairnatingernnelntenntioonomoritormaormeositournoursprojproprancrandrcesrecoricarmatroblroitructrégisemeseptsitispec"
        "ssenstanstrutatitellteurtraitranuctiunesuresussivemeventweekéqui"
    ),
    (1, 5): "aisonconstdonneemierfinanformaformehommeicatiinitiiquesiversmilitmmentnancenemenpersosemensitiostrattatiotimesuesti",
    (2, 2): "avbrbtemenetfffigagegigrhalanfnrocojoypapotatittwaytèvélérés",
    (2, 3): (
        "accaffaniapiariarmattaucbércabcapcasccichaconcteculcupdaiditdomdredérecheeteinelaeloemieonewsexifenfilgengiognagérhanharhorhos"
        "hothumidaiffifiigiimainuinvipaitaitekenketlailielogmagmbamenmismommpomptmunncansanvinéeoaloblocioliompoppordosaosiotioudoupour"
        "ousoyephapiopliqueraprenrgarnarnerojrsorterégréssatsausavsershisouspostitautemtentesthitietontteuatumauroutivérweswilxtryerégi"
        "énaépuéquériévo"
    ),
    (2, 4): (
        "abliacheaffiagesampiariaaritashiassaasseatisavenavercainccomcertciatcommducteastecteeffeerseessiettefaceffaificaficifranganigh"
        "tsgénéhangiatiiberibilideninanindiipalisesisonitéslabolletlogimassmilimisemplimprencesndrenellnewsngagnitinoventaintonnéraobil"
        "olutondiorgaortipectphonplacplaiplusprofradiralirassratirectreenriburiodroporoupsentshopstiotemptentterntrestribtructureuitsul"
        "tuuniovictzoneçaiségio"
    ),
    (2, 5): (
        "actioailleattenaucouaussicelleciaticipalcludeconsecontrcourscratictividiffiductielqueemainemandembleencesfficificatgrandgroupi"
        "alisilitalleurlturemiquempagnnistrnternnéraloductologionomionstioutesportapostepremiproporestareuserevenservauelleuilleulatiun"
        "ionuranturnal"
    ),
    (3, 1): "jux",
    (3, 2): "ajbiblcqeshyirixjelelummnsntonouuhvayeylèsédég",
    (3, 3): (
        "abaabiacoadiadmagiairamaambannaraarcaspayeaîtbatburccaccucelcieclactactrctudipdirdoneekellemeenuenveorercermernertexegazgolgue"
        "géehelhemieninaintireispissjamkerkeyldelisllalonloultemmemulmérmêmnannconctnelnisnnanscnuiobioccogioleolooncorgoriormortotboto"
        "oviowapagpespierairberdoremrisrmernirofronroprrartartirutrêtsagsesshaslasonsrassetirtistittogtomtutueluguuhauisumeursuscvemven"
        "vievitvivwanweewenwhixplxpoxpréchéesépeéraéta"
    ),
    (3, 4): (
        "actualisammeanalanglaphiardearisarmiavoicancccepclarclubcombcorecourcratcrisctobdecidiqudiveeligelquemanepteersaeseresigevanev"
        "enexplexprextefigugeanginaharghotoicatictiictoidatilesillaineninsiirmeiseristeitesithiivenivrelantlasslatileadlemelentlierllia"
        "llielémemancmarcmatimillminimitemoinmovinautndicnionnnesnotenstinçaioireolitompoondeossiotrepacipendperspetipposregareusrigiri"
        "seritaritorolerontroyasablsantsatisecrsectsparspirstaustretalitermtextthantinutisativitreptuatuartuerrunicurceureaurisuriturna"
        "ustrvenivenuvernxperyounécolétra"
    ),
    (3, 5): (
        "airesassuratiquatureautrecessacommacompodemenegistentreestatettesettreevantexperfirmegouveguerrierreilliaincipissanissenisserl"
        "eadelicitlignellarsmardindantnicatnnellnombrntervoccupompteonstapolitportequellremieressesidenspectssentsurestanditantstoutett"
        "enturquoveillvellevesti"
    ),
    (4, 2): "aicfgmguiekunntrueuiwséu",
    (4, 3): (
        "abracualaalialoancaquasaataatibenbolcadchecuicéldesdoudéedéteboeffegrennerofesfutgadgalgnegénhodhomiciicoicuignineinfiniinoise"
        "isoituiéskelkouliblmaltulémlésmblncundenenneznglnrenérodeoduolaoltootophopuoraorcorsoyapaspidptepéeravrkirlarocrsurtorueruisci"
        "sifssasudsursértamtiftobtostueubiuerupluteuvrvravriwalxclxteébuédééni"
    ),
    (4, 4): (
        "accuacitacteagriaimeaineallealliamenandsanisanviappaappoartiassuaudeaujoavioavisayanbassbellcasicredctaccuridemadiendispeaucec"
        "taegisemonenacenanenneentrereserieerreersoesseeuseeviefaitfantfférfricgentgranhellhniqichiicieigheigneilloinviisanjorilienllan"
        "loinmbatmeromigrmmismondmprinalinarinchenormnscrnstaogieommaommeonnaootbortepatrpensprisrirernanroprroutrrivrtiesalasatesituso"
        "rtsoulsserssursyndtanttaritemeteniterdtervtherticiticutiletropttantudiuantudesunteusesutheutieuttevaliversvileworlératérit"
    ),
    (4, 5): (
        "ainteajoriallerancheangeranisaarrivartieauchecentrcessichinecoloncommecroisentenfillegistrgreenhaqueienneionneitterlairelisatl"
        "ogiemandemillemmercntratobiliollecommisonnaiopposotidioucheoujouountapartipressprincraphirdinarefusregisremenretrorgentrovinsi"
        "gnastantsynditaineteurstivesultatustrixprim"
    ),
    (5, 2): "bjdedjdufafchmhnhuvowyydétît",
    (5, 3): (
        "aclacqadaadoassavoaysbelbesbreccrcoicuecycdoidvedéseanedeefserderreuifuggemgitgmehnihériarierivolesllulomlormohmètndingrnienom"
        "nonnusnçaommonjontopoovaowdpparèsréusansirséetaithuthytottretésuprussutovoivosvéeyptécaémeôté"
    ),
    (5, 4): (
        "abitadreaqueardiartoastiauchaucuavanbergbligcalicartcatachevchoicipecliecolacutedgetdifiditeduiteareelevemieemmeendaessuetiteu"
        "rsginegreshaquhorsiemeigueilaninciinemiresirieisatitanleinlicimantmoramoyemédinaisnantncipnconnfinnglangolnicininentanoblioiss"
        "ollaompronesordoorisosenosesosteparopidepierpuisquatquelrellremirgenrierrtenscousketslamsquessemssousséestaltelstenatientravtt"
        "esudrauelluemeueuruittulteunalurelurerusioutenutilvalevantvousérie"
    ),
    (5, 5): (
        "alifiandatarineasketassanasserbitancombacomprconsodestidossiemplaernieficiehanteheureialesillaninstaislamiticijointlasselectol"
        "ierslisteloppelquesmeillmenacmunicnciennessensuitomentommatoyennpectapenseproprquandresteretraribunriorisancessantssierstatust"
        "icestribtervetrangtuelluatreudianuerrewithixemplxistexploi"
    ),
    (6, 2): "eçgnkasqymysépévêm",
    (6, 3): (
        "abdadjafralpammantapraruascatsbaibeabuneprepueulevofaifetgaggeagimhamheshiahonidiigeiguilsinsipeisaiétllelvalynmaimobmpsmédmée"
        "ndaneunfangengtobjobtoffoguoisotaouiouxpelrcrrezsabsuisynteitiduivumiupevaivonvouvoyvuewicyonégaéle"
    ),
    (6, 4): (
        "adveaisoaliealteamedançaarcearenasiobainbeaubertbitablaiblanblesbordcanacandcencchefchetdaisdidadigndisseadeeantectuefusegarei"
        "gnencoengaergierneerteesprevaiformfortguinhainhasehemehensiancicolimmoinoilairlancliarlimeliseltatmandmenamercmeurmmagmpatmpen"
        "nciencornisanitannientesobreoiréoujopourrairrapprcherennreprrineronsrtagrtesrtursadesherstadtheatholtimitoritrouualiultauniqur"
        "onurosustiutouutrevincvontyndiémenéres"
    ),
    (6, 5): (
        "baissbellecamercentacessechainciellcolesconcoctoirecommempleergieerresessitevenihousiiardsibertinairindreisonsjustiknowlliensl"
        "lentmainemanifmichemoniemontamontenifesntineorienpierrrasserégioscolasieursommastatistorisuffitainsterretorisurnerventevientxp"
        "ert"
    ),
    (7, 2): "aoaubdezfskrlgsûycynègèt",
    (7, 3): (
        "ahiaisaleansatraupavabdecibciccéddagdimdoselgenfesqevaffafraheclphltalusnduniqnoinosnégombonqoopoprrpsrytsemthotlattrugeukrule"
        "ulivauxeméma"
    ),
    (7, 4): (
        "aboraffaaissalgramadandiandoaresaretauvabernbonnbourbrasbuticalacalccevocoupcoutcroccunecôtéelonemblemboenreeteneuleeureexemfo"
        "rcgnolguerhaitheurialiialoilleimerispoissejulilaralisslumimanimptendanndemndezndisnicontrenuitnéesochaolonomenonieonliouvaperm"
        "périrammrcerrdanrendroforquorrogssantaleterrthontilitoirtoratorttrimulleuvrivertvisawhitétai"
    ),
    (7, 5): (
        "ablesaisanalisaareilariataudracalescettecialidispodversembouenfaneurosganisgencegestiieursilletillieillonirigeiscouisiteisseui"
        "vemelionsliquemettammencngolannalinstatollanompenondreophonoversparfopassapourrpourtppeleprenaproforalisrecheremarretteritioro"
        "vissallesquelsultatissevertuvolon"
    ),
    (8, 2): "aqcœdûkhkooiypyréqût",
    (8, 3): "aitakoarfboiboncaceddeluemmfusgiehaihiehypitrjetlaqmaunjenouochoitonnoogrlesietwityluanveiweiwooyndéné",
    (8, 4): (
        "abdeaceralemandrarleatutaumeavribituboulcalmcaracendcettcoleculidemedevadialdinaeauxecheeculelleenuseprierchermeernieronetiefo"
        "isforugenrgnonhansholliantieuxincaingeinnoioteissaivanjamajeudlisalonslphambremencmenenamingemnguensemnuelongooordoseroutiovem"
        "oyagparcpemepremrediretrridirondrveisallsassssittagnthenthodtiditinetinitonsucouurenusteutanvieryantéren"
    ),
    (8, 5): (
        "adienaffiraisseavantbilancaliscoupeeigneeilleenaceensemensibeprenercheercreerraiessaneulemeuvengrammicileiffreinconjectikinabl"
        "aisslidarmanchmesurmmatindaisnellenissenterrnvieronteroriserandereconrecourecterelevrrencsortissitestudisurertagnetalemtentate"
        "rmethoustrumeupart"
    ),
    (9, 2): "kmvuwwya",
    (9, 3): "adhagnaibamnaoucérdanedifemfiagauhethivhoiikalégmienaunemnuloigoukrerrépseusmesénuaiupauvowebçaiésiété",
    (9, 4): (
        "adagadieafinallaamisandaanueartaastrautaavonbienbilacamicedechoscouvcrutcusadamndepudimaduesduraenonertuespaeudifirmfrongrosha"
        "lihelihierhineidarilibimeniraiitaileurlicslifilireloirmajemulenemennainnonnousnregntieoienoisioiveonfoongtonjoourgoutapeurrava"
        "rcourdreregrrembrisarocarochromarserrvenrésisalusinosoirsonnsposssietairtitetoustoutunisuricuvoivauxvendzainéner"
    ),
    (9, 5): (
        "abitualadialimeancieandesaroleartenartouauteuaversballebourgcaracchantconfodentedernidevandiensdirigecherepriserrogeuresevenuf"
        "antsfesseforesillesisqueissemlequeliorellemelliermatinmissancierncontnomienseilntrerogolaoiresompatonvaioritaoyenspartaphoniqu"
        "otiricherossertierspagnstrietelleterontraittriquudrai"
    ),
    (10, 1): "q",
    (10, 2): "uê",
    (10, 3): "anvbtedémfaugyphabhifjouknimeinainyaobrtyptérueuujouneuéewolyagéciécuéen",
    (10, 4): (
        "araiarfoaudrautebuerburkcalechauciceciercoeudinedonselerembrenaienvoerdrferthautiardidieilemimankilolheullailloulorsluttmicimm"
        "esmunennagocaiocauolieomptouilousspeupploirimorincrlemroirroisrrairronsavoseurssaitristroittreuandundiurravenavoiryeux"
    ),
    (10, 5): (
        "allonalyseannonclaircrisedevoidevradisenelancellesemmenemmesemontennemetiteettenevoirffresgnalehandihingthoisiisagelandemaliem"
        "oindmunesnagesoncouotaleoutenouveaplexepprenprovoreprirevanrnierrochasauvestroptalietammetissatombeuissauniesutoriwilli"
    ),
    (11, 2): "nqït",
    (11, 3): "auvayabiecevdyneyaghahacinzkozmbrncsngaoiroixokordrseithluemutrveaysazizçon",
    (11, 4): (
        "affragitaincaireanifatifaucobelgchezculecupediasdonndossdueleineercrfugihanthemihilihisthuteiairiauxibreicheiennifesinoniquéit"
        "enjacqlieullesllonlonnlsonlundlupamboundesniernnulnsomnvoyomaiomieomitovenpaysponiquanquemquoiresqreuxrfairgiernierompronnsain"
        "seilsfaisinatadetammthmetissucheujouurtautaivalovell"
    ),
    (11, 5): (
        "achataleurargenatoiratrimbiliscainschappcoupsdroiteantsendreetieneuneseuseseversherchifierimatiimestimmoblacerleursliardlissel"
        "laitmontrncorendemanergioigneoldatondagoulerouvelparcoposerquittrapporemporenteressorimerrmantrtenasavoisoleisurtotidietoyentr"
        "entulariuvent"
    ),
    (12, 2): "pêujâtéféé",
    (12, 3): "afiakravreilenqevuiezluindrngonguofeofioufoumouzovoplupuyreuréctoyugouvézai",
    (12, 4): (
        "aienalaialluamaiandebresceladernduirecouecueedoueindempretouevraferaffirgalegauchronidemielliensilisingtlignmaromeilndueoccion"
        "auoreroudaoutepagnparvprenraberaimraitreilretorlerrnauromesansseigsinssoinsquésujetchatenutrerunaiurtouveavaisvoixvraiwashxpli"
        "yensyonsécou"
    ),
    (12, 5): (
        "alairambrearcouartagbandebreuxcoupacrainctoraecinsendaienserensuientouentréenvoievonsexplifestaidienlocaulourdmaladmmunensieuo"
        "miciouloiouvemraverrendrrenseressaristersonnssortstimesupprterditerietilistrompulemeunessuritauvantuvernvrierzaine"
    ),
    (13, 2): "euoûrquvéh",
    (13, 3): "adralgcaiduihauheboieorêpeiroisoitouucuueiugiuoiurqwad",
    (13, 4): (
        "ayonbanqcophdeuxdizaeflietatexiogasigenshienienvieurieusinscjouijuillaitlogemadamairmarqmortmunancopnnennsienvoioituononopreos"
        "anoupeouvéruterwansauvsoudsubvtombtonnudiauissuméruparuvemvoleémoc"
    ),
    (13, 5): (
        "aisaiampagantesarmescilemcuterdessiecterennenenvenespriiblesintieisfailenchlialemateumoussnantendissniquénoncenterdntretontreo"
        "risaosentparaiparteprometentetimentudestunisucoup"
    ),
    (14, 1): "â",
    (14, 2): "iqoù",
    (14, 3): "anqauxbueceucuneuxffrhtoinqisqjugjuiliqloilysomtpouppuraéreçrixréiucoudryai",
    (14, 4): (
        "ancsattuavezaysacroydatudavaehoresureubleunegagngolaiandinieivoillezmonnncaindainduineaunoncnshansuinutioudroueroyeupargpratra"
        "qurechremprenfrigermairsairuntsoucstesthelvoisvonsvoud"
    ),
    (14, 5): (
        "amourancopandréarfoibancachinodroguencorendezendusequelessemestreficacfiterignesigueuiloteiminuinutiiraitisantistrelibreliennl"
        "iquélisenlundimajeumblenmmunaorcerorteuortiepartopermepratiravairenforicolrnemeromesssairsserastoirtairetheritienntravaurellvi"
        "san"
    ),
    (15, 2): "oqux",
    (15, 3): "arqbylffuieuilàleqmoynmoouaouhraëréjuiévezyau",
    (15, 4): (
        "adouagasagiraremarerauvrbagbdeaudettdroiempsevoifassfaudfleuichéiedsilaiinaijuiflaismardmoignheunieunordnotaoinsoueuourdouvora"
        "coralereuvrteurtouscolserosoumsouvsseusuistaistardtatsulemumisunauupesvienvoilécon"
    ),
    (15, 5): (
        "antieapporarabearienautanaventblissbonnéchaledemaielierentaientauermeteusemfortegaraniculeinaleisaitjustekinshlatiflliarmiciln"
        "adienalemofiteosantpelerppartratuireposriotertoutsagerseraissemeterpetiendtualiuotiduraitvendrvoici"
    ),
    (16, 2): "vr",
    (16, 3): "cetdeudrédéafaçfévhefiaileumoinédpiqquéruxréhtiq",
    (16, 4): (
        "aideajeuancéauneaurébleublieboucbreucilecitodontecinendrenfaeurtffetgocihadihentipemircojoiejugelayaldatmalgmettmprunnemnnuent"
        "ountrénuerogneombronsaoséeoupéppelprixrafiscutserasidasouftefothietoyeuffruilluivrusemvionvoulyonn"
    ),
    (16, 5): (
        "ableaachetanaisandaiannulauqueaveniboutichissdiffuellemendicfairefaussicierilialivantmalgrmistemoiremonsiochaiollicommetonduio"
        "ssieouranparleralemrancsravaurcredrrontsavaiscrivsemaitextethermtinietistevivanvront"
    ),
    (17, 2): "rûêl",
    (17, 3): "byecoûcrèctèeaufeufédgouhevluélyoouvpemplèquêrgnxig",
    (17, 4): (
        "aleuaoréappucadrfermflotgneuhasshinoindringuiorelialligullemloppmauvmememieumpagnalendeunfonnjoinsabnvieoicioncéoniqpeinpréaro"
        "ueroulrtemselosieustiqstissubittiruisqusieveauvieiwitt"
    ),
    (17, 5): (
        "ammenappelateliavionchasscolaiconnadessodienndinaiembreenfinentieeraitesureettanfallafalluhambrhiffrissaiistiqlmansmoyenolideo"
        "mitépendaperteprendrdentritiqrtisssissestadetanietenaiutourutresuvertvenir"
    ),
    (18, 2): "aç",
    (18, 3): "boîenéevrfongtellèmpônirnévofooséoueriqrirrsétrôugmyen",
    (18, 4): (
        "amioappéataiatuibrefbtencielcrivcroidansdiridonceraiexigfautfilsflitfrapicaiidaiiodeisieliornomsonvaoulaouliourqparfperdprélre"
        "aurgemsoitthaltifstitruagauiviuniruvaiyrie"
    ),
    (18, 5): (
        "acontallaiarlerbelgecarbucomptdomiceconnectifenaitendemfondsgalemhaussicatsidemeiotesirontisponitairitesslatealemagmembrmentén"
        "iensnsommonneuonsaboureuoutefponibraisoraiteriennrimoirlemeroitsroupervenarviensalaitricetriertroliviter"
    ),
    (19, 2): "ké",
    (19, 3): "abèaieaixaujdiqldancénuéoivomèotrsédséjsévteuthntoitréupçutôécèéel",
    (19, 4): (
        "abonageuatièatouaugmaussbyencenncomtctifentéfemmfigagammglemgueuhonnigieilayiveakinanakroindolaipoirpréhritèrnemsoussurttitsui"
        "rauligumaiuraivoit"
    ),
    (19, 5): (
        "angueautorblicsclameconvadairedonnédrameenteserontfectugolaihysiqicaceiliteindeminquaiquerisentlieuxntraionnemontréormelpalair"
        "ecuesoulitagertienstroisurontutentvenduviven"
    ),
    (20, 1): "ë",
    (20, 2): "félqoërââcâg",
    (20, 3): "apéciègéahaîhuiiauidèifsmeumpêplériésezsiqsujsépthmtémusqxue",
    (20, 4): "aillaitéavaubaischifctesdevreluiffisforêimaiitaujouekabylanèmmobnnusnteuogemonséougeoyaippriprédpréosayetchstogoubléunieutef",
    (20, 5): (
        "amaisamillavanccitoycoulecrutediantdouteeaucoglissimancirienistesitalemenermondindementaleouligpoissprotépruntprésuralierenanr"
        "oprerprenselonspoirspritssadetempstendutourétrafiultes"
    ),
    (21, 1): "ïœ",
    (21, 2): "aïzé",
    (21, 3): "cémeaifiqhoqiégnaîocèppérréscéstèéab",
    (21, 4): (
        "auséautrccueceaucepedécadécéenjeepaserréflikgissglaigniegulihasaialeionnipauistéisuelloilontlorélysémaismpaonouvonnuotamoyezpe"
        "rçpeulssezssussurétaittruiuipeusséuvezvaitvoueysiqétal"
    ),
    (21, 5): (
        "ablemagissainsialueraphiqartirbeaucchienciserdurerenconenonsernemerpelientôimineingtaintemjuridmananmbolemettrmondenglaioserao"
        "uvezparerpourqquatrremetrigearraitrtiensantésectesparutailltchadtionnttanturpreutomnvanchxistaéries"
    ),
    (22, 3): "chéctécénfoiférghrgoûgéohezjeulébmécngèphèpédrètuièurévréécéérê",
    (22, 4): (
        "actèadeuaiemallèaniqantéarrébesochaîcolèdatsdoisdépôencéenirerséfisafoncfoutgeaiilièimpéitéelaieleaulikallirmorcnlevnonçnotrol"
        "iqondéonibontéoupçourépleiplirpluprisqrnirrotértirréanrépesidèsueltieltriquitéviguyousèrenédifésie"
    ),
    (22, 5): (
        "abriqactriariagartemauronboliqciennconsacontédougoespagevaitidatuilierissusjoindmaillminelmunaumuniqntielntrafommesposenppliqp"
        "resqrbainrenonretourvenusongeteindtendrussirvallsêtres"
    ),
    (23, 2): "cégâjéoé",
    (23, 3): "buéetéexégéthaqlèllépocéodéogépeupoqrèvspèséqutévécyeuyezôtu",
    (23, 4): (
        "actéamméandéateuatoichérculédiaidommdéchdécèectéféragenègnemgouviffrigeainféinérismeitiqjapolleulliémplémunénommnomènéréonctot"
        "iqoutéoyenpeuxrauxrieurécasairsoigtraîtrièuinzureuuriruteuvaléégagénévétapétés"
    ),
    (23, 5): (
        "atriebataicourrentièerounerreueurenhinoiiculiilleuisonnlargileterlystenormeobjetolontompaoonaleondiaplageprochrateuriturrkinar"
        "ontétentéthodeurtanussitvingtétais"
    ),
    (24, 1): "àçèéêîôùû",
    (24, 2): "aéaëaîbâbécècôdèdéfèfêgègéhâhèhéhôiéjàlàlèlélômèmémênçnéoîpèpépôrçrèrérêrôsèsétètétêtôuévèvéxéyéçuêcïqôlôpûrœu",
    (24, 3): (
        "abéacéadéagéaléaméançanéaoûarçaréaséatéavéaxéaçoaélaéraînaïlblèblébrébâtbéebénbétccèccéchèciécrécèdcèncœudgédhédlrdèldèsdéfdép"
        "dévelqelèeléeoievéeçoeçufféfiéflnfléfrèfréfèrfémgiqglégnégrâgrègréguégènhaïheuhiqhlèhèshéehômhôpibéidéigéiléiméinéipéiréiséité"
        "ivrivéixéiéelgélièliélléltélâclèblèglèmlèrlètlèvmaîmiqmièmmémnémpémènmémndénféngéniènnénsénténtônètnèvnécnéfnêtnœuobéodèolèolé"
        "oméonçonéopéoréotéoujouéoètoéqoûtpdgphépièplôprèpréprêptépuipècpécpénpêcpôlqaïraîrcérdérgérièrmérnérrêrsqrtèrtérvérâcrçurègréf"
        "rêmrôlsaïscèsfésièspéssèsséstésécsûrsœuthèthétiètrèttétuétâctèmtôtugéuléunéupéuséuyéuèruêtvecveuvièvoqvènvèrvéhvénvésvêqxiqxiè"
        "xpéxtéxécycéyéeyészérâceâleçançueèdeèglègnègrèteètréacébréceéclécréfeéfiéfléfoéfuéféégléheéhiéitéjoéjuékiéocépaéplépoépréseéso"
        "évuévèévééçuééeéélêchêtsêtéînéîteïneïquôleôléômaôméôpiûreûteûtsœurœuv"
    ),
    (24, 4): (
        "accèaccéacréacéeadémadéqagésajoualléaluéamiqamnéamènamélangèangéannéanètanéeaogoaoûtaprèaptéaraîardéargnargéarléarméarrêasséas"
        "éeatiqatégatéravecaveuayésaçonaéliaériaéroaîneaînébasébiaibièrbjetbliqblirbliébloqblèmbléebruxbrésbâtibéesbénécadécapécatécaux"
        "ccédcelucemmceuxchaqchréchèqchètchéachômciaicidécieucinqcinécipécisécitécièrciéscléacléscorécoéqcoûtcquécrètcréacréecrétcrééct"
        "emctoictuectuéctèrctéectércueicupécusécèdecènecèrecédecélècélécémecénacérédaitdelàdgétditédoitdoivdotédouzdrôldurédèledéaldéba"
        "débodécedécidécldécrdédidéfadéfedéfidégadéladémadémedémidépadépedépldépodépudérodésodétadétrdévedévodéçuecevecréeeprefoielâcel"
        "éeelésemièempêenlèenséenèvenêtepréeptéepuiepérequêercéereuergéerméernéertéervéerçuesoiespèespéesséestéettreupleuxieveuevezevée"
        "expéextéexueexécfaçofidèfiléfiésfriqfrirfroifuséfèrefémiférégagégarçgieugiqugnéegoûtgrâcgrèvgtemgurégâtsgènegéangédigéesgéregé"
        "rigétagétihacuhaînherchetéhevéhisshlèthoixhommhèsehéanhéeshénohéorhérohômahômehôpiibueibuéibyeicauidèridéaidéeidémidérieiliffé"
        "ifiqifiéignéigéeigérigésilléilègiléeilégimméimoiimpôingéinirintéinuéinéeiplôirigirréirurirésisirisièisséistèiteuitoiitoyittéit"
        "uéitèritôtivaiivemivezivréivéeixanixièizaiièmeièteièvriéesiégeiéraiétajanvjoncjoutjugéjuinjusqlarélatélaçalcoolevéleçolgrélgér"
        "libéligélisélitélivrliègliéellèglléglléslnérlouélteultéslutôlycélègelègulèlelèmelèrelètelèveléailébrléeslégalégulémalémiléphlé"
        "ralômémanqmatémauxmblémbéemesumeubminémitémmédmmémmnésmodèmodémouvmplèmprémpétmpêcmpêtmpôtmulémusémènemètrmécamécoméesméfiméli"
        "mémemémoméprméramétamétrnabènacénalénaîtnchéncièncrèncèrndiqndémndépnfianfiénfrènférngrèngèrngéenigéniséniténièrnjeunjonnlienl"
        "èvnmoinnaînnéennésnombnquénquênseinseunséqnsésntègntéentégntérntésntôtnulénuménvainvoqnçannèrenètenèvenéannécenédinéfinéganégo"
        "nétinévonêtenœuvoblèobteochéociéocèsocédoduiodèlodéroffrogiqogrèogènohéroilàoiléoixaojetoldaolièollèoltéolueoléeombéomiqomméom"
        "péomètonféongéonnéonçaonçuonétoopéophéoppéopéroquéorcéordrordéoriqorméorsqortéorêtossèosséostéoteuothèotidotéeouclougoouléouna"
        "ourrouzbovoqoyauoyésoîteoîtroûteoûtspaixpauvpauxpayépeaupelépeuvphiqphèrphéephénpirépiègpiétpleupliqplètplémpoléposépouvppempp"
        "lépprépprêppuippuyppéepriéprécpréfprépprésprônptesptèrptéeptésputépècepètepécipédapédipéenpékipénapénipérapêchpôlepôtsqaïdquée"
        "quêtragéraierançratéraélraëlraînraîtrchércéercémrdéerdésrelèretéreçoreçurfoirgéergésrgétrigérimériséritérivérièmriéeriésriétrm"
        "éermémrménrnièrnoirnésrocèrocéropérouvrprérquérreurrièrrésrrêtrséersésrtéeruirrurgrvirrâcerçanrècerèglrègnrèveréacréagréatréce"
        "réciréclrécorécurécérédaréduréelréerréferéflréféréglréguréheréinréjoréjurémorémurénoréocréparéporéserésoréterétrrétéréusrévuré"
        "vèrêmerêterêtsrêtérôlerônesaiesaissaitsaufsayéscènscénseausférsidésitésiègsièmsoiesolésommsontsormsouhsphèspècspécspérsraëssiq"
        "ssèdsséssthéstoistréstèmstèrstéestérstéssuivsupésèdesèresécuséduséesséissékosélesémesémisénasénésépaséqusérisévèsœurtagétaieth"
        "lèthèmthèsthémthéttimétirétisétitétièmtobrtolétoujtrêmtrôlttaqtteitueltuertueutulétuéetèmetéestégetégitégotégrtématémotératére"
        "téritérêtômeuatruccèuccéuchéucléucunudgéueiluelqueusuinéuièmuiètuiétujetuleuultéumeuunéruprèuprêuréausiqusulusésutésuvésuxièuè"
        "reuêtevaievedeveuiveutveuxvidévisévitévolévotrvotévoyévrirvènevécuvéhivélavélévénewilaxamexièmxprixpérxquextesxtérxuelxécuycée"
        "ystèystéyéeszéroâcheâgéeâgésçaitçantçoitèbreècesègesègleègueèlesèmesènemènesèremètemètesètreèveséactéafféagiéairéalaéaliéanméa"
        "ntébarébatébelébloébraébreébriécanécemécenécepécesécheéciaécidécieéciféciséclaécraécriécroéculécupécutécédédacédagédenédiaédie"
        "édraéducéduiéduréelléennéenséfaiéfauéfecéfenéfetéfiaéficéfinéfiséflééforéfugéfunéférégalégarégatégenégiqégitégleégliégraégréég"
        "uléguééhabéhenéhicéhéréisméitééjouélaiélecélevélioéloiélusélèbélèvélébélégélémélépélérélévémanémerémieéminémisémoiémorémoténag"
        "énalénaténeméninénonénorénéfénégéoccéoloépanéparépenéperéphoépidépisépitéplaépliéponépoqéposépouépreépriéproéputépétépêcépôtér"
        "aiéropérosérouéréeérêtéseaésenéserésidésigésilésolésorésouésulétabétanétexéthiétiqétoiétonétriétroévacévaséveiévelévenévitévoi"
        "évolévoqévènévèrévélévénêcheêchéêmesêtemêterêtéeêtésîlesînemînesîneuînésîtriïqueôlesômagômeuôpitûretûterœurs"
    ),
    (24, 5): (
        "ablirabordaboréabyleacadéaccueaccédaccélachètachéeacileacitéacquéacreracréeacteuactueacuneacéesadhéradhésadmetaduitadémiafriqa"
        "gnéeagresagéesaiemeaientaignaailléaimenaincraincuainemaisiraitemajoutajustakienalcooalemealgacalgréalgéraliséalitéalièrallemal"
        "liéallèlalorsamenéameuxaminéaméliaménaaméraancièangèranienanifianiséanitéanmoianniqannueannéeanquéansféanèteanéenanœuvaoudiapp"
        "réappuiappuyaraîtarchéarcérargneargéearitéariésarméearménarmésarocaarquéarrêtarvenassezassiqasséeassésastiqatairathlèatifsatin"
        "éatièratrièattaqatteiatégiatégoatéraatériaucunaujouauprèauraiauréaautesautouautésauvaiavaieavaitavauxaveugavireavoiravoueaçant"
        "aélieaéropaînemaîneraînesaîneuaînésaîtriaïqueaïtiebaséebateabattrbattubertébesoibiaisbiliebitrebièreblablblemeblentbligébliéeb"
        "lèmebordébouclbougeboutebreusbrésibtenibtenubuablbudgébyliebâtimbéninbénéfbéralbéraubérercacitcadeacadémcamiocaniqcatifcatégcc"
        "rocccupeccupéccuséccèdeccédeceintcembrcensécepenceptécernécessucevoichacuchaînchercchetéchevéchoischèquchètechèvechéeschéricia"
        "ircialeciauxcifiqcipaucipercircocisémcitaicitercitéscièreclarécléaicollècolèrcomitcompécomédconféconnuconséconçucoptècordécoul"
        "écouvrcoûtecoûtscroircroitcroyacroîtcréatcréercrétacrétictemecteurctifsctimectobrctriqctuelctuerctueuctuéectéesculaiculerculie"
        "cultécupércureucuteucédencédercédurcélèbcélébcélércérémcôtésdamnédaptédateudegrédemeudepuidessudeuildeursdeuxidevaidevendgétad"
        "héredhésidiauxdicaudiffédifiédiquédisaidisandizaidoigtdoléadomaddommadoptédraitdredidrontduireduisaduiteduréedèlesdébardébatdé"
        "bordéboudécemdécendéchadéchedéciddécisdécladéclidécondécoudécredécridécrodécèsdécéddéfaidéfaudéfendéficdéfildéfindégagdégradél"
        "aidélitdélivdélégdémardémiedémisdémondénomdénondépardépendépladéplodéposdépoudéputdépêcdérabdéraldérerdérivdéroudéréedésardése"
        "rdésesdésigdésindésordétaidétecdéterdétiedétoudétrudéveldévoieautéecensecevoecouvecrutecrétectemectesecteuectueectuéectésecuei"
        "effetefoisefuséeignaeindreintuelablelconelevéelgiqeloppelèveemarqembléemettemeurempérempêcenacéenchéendeuendiqendueenjeuenlève"
        "nouvenquêenregensaienseienseuensésentueentéeentésentôtenvahenèveenéeseprésepuiseraieerchéercicerméeernièerpéterrièersemervirer"
        "véeerçanesoinespècespèrespéressaiessouesséeessésestisestésetaitetantetatsetenuetiréetitsetrouetureeurtreuveseuxièevendeveureve"
        "uxevienevraievéesexameexpriexpérextesextérexécueçoitfactefaiblfaillfaitefaudrfautefaveufendrferméffisaffondffrirffuséfichéfici"
        "lficiéfientfilièfinirfisanfoirefonctfondéforcéforméfouléfraisfribofugiéfurenfuséefélicféminférerfériefêtesgagéegalaigardégatoi"
        "geaitgenèvgieusgieuxginaiginergiquegissaglisegnaitgnemegnentgnitégnéesgociegogiqgrimpgrâcegrècegrèvegréabgrémeguinégulièguèreg"
        "yptegèresgédiegénocgérergériegétiqhacunhaitehaitéhangéhargéhautshaîneheveuhimiqhlèteholiqhonnêhoraihoseshumaihèreshéanchémathé"
        "olohéorihéranhérenhéroshésiohétiqhômaghômeuhôpitiaqueiasmeiatemiateuiblemibueribéreibéréicaleicapéicauxiciaiicielicipeicitéide"
        "mmiduelidèreidéesidémiidéolidéosidéraidéréieilliendriertéifiéeifiésigieuignemignenignéeigériilatéiliséilièrillirillèrilléeillé"
        "gillésilomèilègeimairimaitimauximinéimitéimmeuimmédimpérimpôtinabèincroincèrindiqindépineepinetéineurinieninièrinsécintègintég"
        "intérinueninuerinzaiinédiinéeninéraionauionnéipaleipauxipemeipentipieriquemiquéeirentirigéironnirurgisammisateiscréiscutisièmi"
        "smesisoirisraéisraëissagistoiistréistèrisueliséesitaititauxitoirittérituelituléituéeitéesiventivilsivitéivraiivrerivéesixantiz"
        "ainiècesiègesièremiérariétaiiétésjeudijonctjouerjouitjoursjoutejoutéjugemjugerjugesjusqukabyllacéelacéslaienlamiqlancélaniflan"
        "télanètlariélassélaurélconqlessélevagleveulevéelgérilibyelicailidailifiéligealigielignélismeliséslitailitiqlittélitéslivrelivr"
        "éliègellaiellègellègullèlelléesllégalogemlogiqloignlongulongélontéloppéloquélorsqloyeuloyésltatslteurluieslumièluparlusielycée"
        "lèbrelèmeslèvenlèvesléanclébrelégallégatlégenlégislégitlégiélégumléguélématlémiqlépholéranlérerlétermadaimanièmariématiqmatièm"
        "atérmauvambaucmblabmblaimbléembreumencémenéemercrmeriemervemeublmeurtmilaiminaiminéemionsmitiémitéemitésmmerçmmeubmmédimmémomo"
        "dèlmodérmoignmoinsmontémortsmoteumpleumpliqmploimplètmplémmposémprenmprunmpréhmptesmpérampérimpétempétimpêchmpêtempôtsmunérmus"
        "iqmètremécanmédiamédieméditméliomémoimémorménagméritmétramétrimétromêmesnalernancénatoinauténaîtrnchéenclurnculpncèrendaitndam"
        "nndarmndonnnduesnduirndémendépenemisnerainergénfiannflitnfrèrnféringagéngrèsngtemngèrengéninicieniennnimaunisienismenistènisée"
        "nitainitiénitésniveanièrenjeuxnjoncnlevénmoinnnatsnnaîtnnemennièrnnoncnnulennulénnéesnnêtenomiqnomènnoncénotamnoternquiènquién"
        "quêtnsacrnseignsidénstauntairntaitntaméntatsntauxntebontementenuntituntiténtraîntrésntrôlntuelntéesntégrntérentérintérênuclénu"
        "entnurienvainnviténvoienvoyénéanmnéditnéennnéensnéficnégocnératnéreunétainévolnêtreobaleoblèmobtieocatsocauxochtoociauocieroct"
        "roocédeocéduocédéoduiroduitodéréofondogemeogiquohéreoientoignéoindroisiroisièoitiéojetsollègoluerolèreolémiombéeomessomettomin"
        "éomméeommémomouvompagomplèompléompréomptaompétomèneomètromédionauxoncrèoncréonctionctuoncéeondamondatondéeonfiaonfononfrèonfér"
        "ongrèonjononnaîonnusonnéeonnésonquêonseionsieonsomonséconséqontrôontéeontésonvoqonymeonétaoopéroordoophéeoposéoppemoptéeopéeno"
        "péraoquéeoquésorairorcéeorcémorfaioriséoritéormaiormesormémoroutortirortéeoréenosaitoscouositéosonsosphèossèdossédotammothèsot"
        "isaotégeouchéoucleouentouhaiouléeoumisounaiournéourraoursuourtaouscrousséoutiroutumouvoiouvriouvéeouvésovienoyaitoyonsoûterpag"
        "népaiempalempaniqparavparaîpargnparéepassépauvrpaysapeintpelonpeléepelésperçupeuvephénopidémpionnpitaipiègeplacéplairplaisplan"
        "èplissploisployéplusiplutôplémeplômépolémponaipondrponsaporaiportéposaiposanpossèposéepouvapouvepouvoppelappeloppelsppelépplém"
        "pposapprimpprocpproupprécppuieprennpreuvpriméprivéprièrpriétprouvprètepréalprécapréciprécoprécépréfepréfèpréhepréocprépaprésep"
        "résiprétapréteprévuprêteprêtsptantptienptisépuisqpuisspulaiputéeputéspècespéciapécifpéennpéenspénalpéranpérerpériopérippéronpé"
        "tenpétropêcheqaïdaquelqquemequinzquipequiétquéesquêteractèractéraduiragédraienraireraissraitérakierallèrammérangèranéerassurat"
        "iqratoiraéliraîneraînéraîtrrbresrcheurchezrchésrdurerecetrecevrectrrefaireilsrejetrelèvremièrencorenezrentrrenverenvorequêress"
        "éretagrevoirialeriauxribuéricairidiqriensrigéerimairioderisierismeritoiritueritèrritésrivairivéerivésrièmeriétariétérmaisrmale"
        "rminérmulermédirméesrmémerménirnantrnauxrnitérnièrroblèrocairochérocèsrocédroduirofonrogrèroienroirerojetrolièromouroniqrononr"
        "opéerouesrounaroyabroyaurpéturquabrrachrraierranérrivérrogerrogérrêterrêtérsitarsitérsquersuivrtemertéesruirerumeurutemrvaterv"
        "eaurythmrègleréactréagiréalaréaliréateréatirécemrécenrécisrécitréclaréconrécuprécédrédacrédibrédigréducréduiréellréfleréfléréf"
        "orréfugréfèrréférréglerégulréhenréjourémenrémisrémonrémunrénovréoccréparréperrépliréponréprerépétréquerésearésenréserrésidrési"
        "lrésolrésorrésourésulrétairétenrétisrétroréussrévenrévisrévoirévolrévuerévèlrêterrêtésrôlessacrésadeusaiensairesaisisaluesamed"
        "saoudsateusclavscrirscritsecousecrésentéseporseronservéseuleseulssexuesfaitsférésiciesidèrsidérsignésincèsingbsinonsionnsitais"
        "iteusitifsituesituésitéssivemsiègesièmesièresmettsociésoiensoixasormasoumisoupçsoutesoutisoyezsphèrspirésponisputéspèrespécisp"
        "écuspéraspérespérésquéessaitssayéssepossisessitéssitôssièrssousssuréssèdesséesstaitsterastiméstinéstissstruistréestrésstèresté"
        "mastérisuccèsuivesuivisuivrsujetsuréesyriesystèsécursécutséduiséismsékousélecsémenséminsénatsénégséparséquesériesûremsûrettaie"
        "ntataitateutefoiteinttembrtempétenirtenuetenustestéthlètthniqthèmethèsethémathératialeticietifiétimittinéetirertiréetismetitre"
        "tituétitéstivemtièmetombétoriqtorittradutrafrtrairtraletratstratétraîntretitrieltrisetrièmtrouvtruirtrémitrésotrêmetrôletteint"
        "temettraittératudiatuelstueustueuxtuitetuéestâchetèmestégertégietégiqtégortéhértéléptémattémoitérestériatérietéristérêtuartiua"
        "triublieubliqubliéuccèsuchéeuchésucléaucteuueilluelquueronueuseugemeuhaituineeuinzauinzeuipemuipesuipieuittéuivanuivezuivieuiè"
        "teuiétuujetsulaieulerauleuruleveulièrulnérulonsulteuultésumeurumièrumérounaisunauxunitéupemeuppléuppriuprèsuprêmupéreuquelurai"
        "euraleurbaiuritéurnauurnirurnoiuropéurraiurronurtouurvenusentusieuusulmuséesutefouteniutenuutienutilsuvaisuvaituvienuvonsuvrag"
        "uvretuvriruxqueuériruêtesuêteuvaienvaillvainqvaisevaleuvaloivancévariévastevateuvelabvembrveraiveuleveursviandvidemviduevilégv"
        "ionsvisoivitésvoienvoilàvoilévoituvoluevoquavorisvotrevoulevoulovouluvoyaivoyervoyezvragevraievraimvraisvraitvrantvrentvretévu"
        "lnévènemvénemvérifvétérxamenxercexièmexpliqxpérixtraixtérixuellympiqyrienystesystèmystémâgéesâtimeçantsçonnéèglesèguesèlemeère"
        "meèrentètemeètentètreséableéactiéaffiéagiréaireéalabéaliséalitébarqébatséboucébratébuteébutéécairécaniécembécennécesséchanéche"
        "cécheléchirécialécidéécieuécifiéciseécisiéclaiéclaméclaréclatécoloécoltécompécoutécouvécranécrasécretécrirécritécrivécrocécupé"
        "écuriécutiécédeécédéédactédantédentédiaiédiasédiatédibiédiblédicaédienédifiéditeéditiéditséducaéductéduirédureédéceéelleéenneé"
        "erlaéfaitéfautéfectéfendéfenséfianéficeéficiéfilééfiniéflexéflécéforméfugiéfèreéféreégageégalaégaleégardégatiégendégieségiquég"
        "islégitiégliségociégoriégradégralégratégrerégulaéguliégâtségétaéhabiéhenséhicuéhéraéjouiéjourélaboélaisélargélatiélectélevaéle"
        "veélevéélienélimiélinqéliorélireélèbrélèveélébrélégaéléguéléphéléviémantémarcémarrématiéminiémissémoigémoirémontémotiénageénal"
        "eénaliénariénateénemeénienénieuénomèénoncénorménéfiénégaénéreénévoéologépandéparaépareépartéparéépaulépenséphonépidéépisoépliq"
        "éploréployéponséposeéposéépresépreuépriséputééquatéquenéquiléquipéquivérairéraliérancérantérateératuérendérentéresséreuxérialé"
        "rielérienérifiérimeériodéritaériteériveéronséropoérouléréesérémoésastésencésentésertéservésespésideésignésiliésionésireésolués"
        "ormésoudéstabésultésumeétablétageétaieétailétairétaleétantétapeétencétendétenuéterméthiqétierétiquétitiétoilétonnétourétranétr"
        "oiétrolétropétruiétudiéuniréuniséussiévacuévaluéveiléveloéventévenuévideéviteévoilévoitévoleévoltévoluévoquévélaévéléévéneêche"
        "rêtentînemeîneurîtrisômageômeurôpitaûreme"
    ),
}  # fmt: skip
"""Quarters and length of the groups to the groups, one after another."""
