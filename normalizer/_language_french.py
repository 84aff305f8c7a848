"""Groups of letters that speak for French and against English: data, made by a program.

The logarithm of how much likelier a letter is after the letters before it in one language than in the other, in halves, at most 12;
from the n-gram counts of lingua-py 1.3.5 (Peter M. Stahl, Apache-2.0; counted on the Leipzig corpora), the 15,000 that weigh most.
"""

from __future__ import annotations

GROUPS: dict[tuple[int, int], str] = {
    (1, 1): "jlpu",
    (1, 2): (
        "agajapavbiblbrbtcedadremenesetfffifrgagegigrgthahohyibioirjelalelhlumbmnncnenfnrntnvobocogojonouoypaporatatetittvawayeytèrèsèvéc"
        "édélénérésêtîn"
    ),
    (1, 3): (
        "abaabiaccaciaffagiairalyamianganiannapiaraarcariarmarrartasiaspattaucautayeaîtberbulbércabcapcasccacciccucelchaciecipclaconcrict"
        "ectictrctuculcupdaidiedifditdmidomdondredrodérebeechecreekeepeetehoeinelaeloemiempenrensenveonepternetteurewsexeexifanfecfenfilf"
        "inflegargengesgiogisgnagorgrigueguigéegérhanharhemherhiohirhorhoshothrihumhutiabiatibridaideiffifiigiimaimiimpindinuinvipaismisp"
        "itaiteivakenkerketkeylaileilemlielislitloglonloumagmbambomenmesmismocmodmommoumpomptmulmunmérmêmnacncanctndonelnifnisnivnnensant"
        "rnvinéeoalobloccocioleoliolooluomaomiomoomponfonsooroppoptordosaosiotiotooudoupourousowaoyepagparpaypesphapiopliquerakranrapraur"
        "berciremrenresrgarierimrisritrmernarnernirodrofrojroproyrprrrarsortartertirutrégrésrêtsatsausavscascescrsersesshislasonsousposra"
        "ssestestisymtantautemtentesthitietirtistittoctogtonttetuttéluatubludiueluguuisulaultumaumeurouscutivanvenvilvérwanweswhiwilxtrye"
        "ryseégiénaépuéquéraériévo"
    ),
    (1, 4): (
        "abliabriacheactuadesadioaffiagesalysampianadanchanglanguardeariaaritarolashiassaasseatelatisattaattravenaverbilicaincantcaticcep"
        "ccomccupcertciatclarclubcombcommconncratcrisctobdantdecidiqudivedraiductearceastecteectieffeelquemanemenepteersaerseertaesigessi"
        "etteeuileuveevenextrfaceffaiffecficaficifigufiscfranganigardgatightsgricgénéhabihamehanchanghavihotoiatiiberibilicatichaiciticto"
        "ideniffiilesillaimitimpoinanincoindiinisinsiinteipalisesisonistrithiitioitésivesivitivrelabolagelanglantlasslatilentlletlogimarc"
        "massmatimedimensmichmilimillminemisemmanmoinmomemotimovimplimprenairnautncemncesndicndonndrenellnewsngagngerniennionnitinnelnnes"
        "notenovensulntaintenntimntiontonnvennvernéraobilolesolutomatondeondioppeorgaoritormeorreortaortiositossiournourspectpendpersphon"
        "pitaplacplaiplatplusplutpondpopupposprofradiralirancrandrassratircesrdonrectreenregareusriburicurigiriodrmatroblroporoupructrvie"
        "régisablsancsemesentshopsicasitispecspirssenstanstiostrestrutatitelltemptentteratermternthanthesticetinutivitrantreptrestribtruc"
        "tureuartucteuerruitsultuunesunicuniourceurisurnauserussiustrvemeventvernvictvitevrilvériweekxperyorkzoneçaiségioéquiétra"
    ),
    (1, 5): (
        "accepaccomactioagentailleanqueançaiappliassuratiquattenatureaucouaussicasiocellecertacessaciaticipalcludeconsecontrcourscraticti"
        "vidiffidonneductiechniegistelqueemainemandembleencesensioettreexperfemmefficificatfinanfirmegouvegrandgroupguerrhommeialisificai"
        "ghtsilisailitailliainitiiquesitutileadelicatlicitlleurlturemardimilitmiquempagnnancenemennicatnistrnitiannellnombrnternnterpnter"
        "vntribnéraloccupoductograpologiolutionnelonomionstaonstioutesouvenpatiopersoportaportepostepremipropopulatrecomremierestareusere"
        "venrevierincirrorisemenservasidensitioslatispitassentstallstrattermiticiptielltimesudgetuelleuestiuilleulatiunionuranturnalveaux"
    ),
    (2, 1): "x",
    (2, 2): "aibjcfcqdedufagbgmguieixkummnnnstrueuhuiwdwswyydylégéu",
    (2, 3): (
        "abraclacoacqacuadaadiadmadoajealaalialoamaambancaquasaassataatiaufavoaysbatbenbesbolbsebumburcadccrchectacuecuicyccéldesdipdirdo"
        "idoudéedésdéteaneboeffegrellemeennenueorercermeroerteuifesfutgadgalgazgemgheghogitgmegnegolgénhelhnihodhomhydhériasiciicoicuieni"
        "erigninaineinfiniinointireiseisoissituiésjamkelkiekouldeleslibllallulmalorlteltuluplémlésmblmmemètnannconcundendinenneznglnnanom"
        "nrenscnuinusnçanérobiodeoduogiolaoltommoncontootopaophopuoraorcorgoriormorsortotbovaoviowdoyapaspidpiepisptepéerairaoravrdorkirl"
        "arocronrsurtorueruirursagsanscishasifsirssasudsursélsértaitamthutiftobtomtostretuetuiubiueruhaulsupluprursussutauteuvrvemvievitv"
        "ivvoivravriwalweewenxclxplxpoxprxteyptébuéchédééeséguémiéniépeéroétaôté"
    ),
    (2, 4): (
        "abitaccuacemacitacteadisagonagriaimeainealisallealliamenammeanalandsanisanonanviaphiappaappoaqueardiarisarmiartiartoassuastiatho"
        "audeaujoavioavisavoiayanbassbellbergcalicanccasicipecliecoopcorecourcredcretctaccuricutedairdamedemadgetdiendifidispditeeaceeals"
        "eareeaucectaegiseleveligemonenacenanendaenneentrereserieerreersoeseressaesseessuetiteuseevanevieexplexprextefaitfantfférfricgean"
        "gentginagorigrangresharghellherahniqhorsichiicieictiidatigheignaigneigueilanilloinciinemineninviioriiresirieirmeisaniscaiseniser"
        "isfaisibisteitanitesitimivenjeuxjorilarileadleinlemelienlierlinallanlliallieloinlémemalamancmantmarsmbatmeromigrminimitemmismond"
        "mprinaisnalinarincennchenconnfannfinnglangolnicinormnscrnstanstintannçaiobliobseogieoireoissolasolitollaommaommeompoompronnaootb"
        "orisorteosenosesotrepacipatrpenspetiplesprispronpuispétequatrculrgenriatrifiriotrireriseritaritormisrnanroleronorontroprrorirout"
        "royarrivrtiesalasantsatesatisculsecrsectsemasisssitusketslamsortsoulsparsquesserssursséestalstaustitsuccsyndtalitanttapetaritaxe"
        "temetenateniterdtervtexttherticiticutiletisatravtriotropttantuattudiuantudesudrauemeueurulteunteureaureruritusesusioutenutheutie"
        "utiluttevalivantvenivenuversvilevousworlyounécolératérit"
    ),
    (2, 5): (
        "ainteairesajorialarialifiallerancheandatangeranisaarderarrivartieasketassanaucheautrebritacentrceptecessichineclaracoloncombacom"
        "macommecompocomprconsocroisdemendentadestidimaneaterectacentenentimentreernieestatettesevantficiefillefondagistrgreenhantehaquei"
        "enneierreillanimpliimpreincipinstiionneipatiislamissanissenisseritentiticiitterjointlairelasselectolierslignelimenlisatllarslogi"
        "elquesmandemeillmenacmillemmercmunicndantnreginsuitntenantourntratobiliollecomentominaommatommisompteongolonnaiopposotidioucheou"
        "jououndaountaoutreovincpartipectapeinepensepolitpressprincproprquellraphirdinareatirefusregisremenresseresteretraretrorgentriori"
        "rmaneroisirovinsignasortespectsposissantssurastantstatustentsuitesuressynditainetanditantstervetesteteurstisfativestoutetrangtte"
        "nttuellturneudianuerreultaturquoustriveillvellevertevestividenwithixemplxistexprim"
    ),
    (3, 2): "bddjeçfcfsgnhmhnhukalgsqsûvoycymysépétévêmît",
    (3, 3): (
        "abdadjafrahialpammanmantapraruascatratsaupbaibeabelbrebunciccoidagdizdveedeefsenfeprepuerderreulevaevofaifetfuggaggeagimhaghamhe"
        "cheshiahonhraiaridiigeiguilsinsipeisaivoiétllelomlphluslvalynmaimobmohmpsmédméendanduneunfangengrngtnienoinonnosnégobjobtoffoguo"
        "isombomnonjopootaouiouxpelpparcrrezrfarpsrèsréusabsuisynséeteithothytidtotttrtésuivukruleuliumiupeutovaivonvosvouvoyvuevéewagwic"
        "yonyorécaégaéleémaéme"
    ),
    (3, 4): (
        "abatacanadreadveaffaaisoalgraliealteamadambramedandoançaarcearenasioauchaucuauvaavanbainbatsbeaubeerberlbernbertbitablaiblanbler"
        "blesbligbonnbordbourburebuticanacandcartcatacencchefchetchevchischoicoiscolacroccunecôtédaisdidadigndissduiteadeeanteatrectuefus"
        "egaregroeignelonemieemmeencoengaergierneerteespreuleeursevaiexemformfortginegnolguinhainhaithalehaquhasehemehenshermheurialiialo"
        "iancicolielsiemeimmoinoiisatispoissejuliladilairlanclaralesqliarlicilimeliselisslogultatmandmangmanimenamercmeurmmagmoramoyempat"
        "mpenmptemédinantnciencipncorndanndemndezndisninenisanitannientesnuitnéesobreodifoiréolonomenonesonliordoosteostuoujoouvrparopide"
        "pierpourpériquelrairrapprbaircherdanrellremirennreprricorierrinerionroforonsrtagrtenrtesrturrutisadesaloscouscrushersmesssemssou"
        "stadtaletelsterrtesstheatholthomthonthrithéâtientimitinatoritrouttesualiuelluittulleultaunaluniqupérureluronurosustiutouutreuvri"
        "vainvalevergvertvincvisavontvoravoyexionyndiécomémenéresérieétai"
    ),
    (3, 5): (
        "agnolalisaangemarencarinearnisasserbaissbandobattabellebitanbliercamercentacessechainciellcolesconcoconcuctatectoirdialedispodos"
        "sidversebellecommemplaempleencerergieermiserresessiteurosevenigenceheurehousiialesiardsibertieursilloninairincenindreinstaiscoui"
        "sonsisseuitoriivatiivemejustiknowllamislesseliensligueliquelistellentloppemainemanifmanuembattmettamichemmencmoniemontamontencie"
        "nnessengereniersnifesnimatntineoliciollanolumeondesondreorienoyennparfopassapierrpourtppeleprofoquandralisrantirasserecheremarre"
        "nneretteribunritiorouveroverrovisrégiosallesancescolaseauxsieursommasquelssierstarsstatisticestinistoristribsuffitainsterretiers"
        "torisuatreueursulignureururnerurveiusicaventevertsvertuvientxpertxploi"
    ),
    (4, 2): "aoaqaucœdûezkhkmkokroivuwwyaynypyrègètéqût",
    (4, 3): (
        "adhagbagnaibaisaitakoaleamnansaouarfavaaëlbdeboiboncaccibcéddandimdoseddelgeluemmesqffafrafusfélgbagiehafhaihethiehypitrjetlaqlt"
        "alégmaumionaunibniqnjenouochoigoitonnonqoogoopoprrerrlerytsemsfasiesmetlattutwityluaiuanugeupauvovauveiwebweiwooxemyndçaiénéési"
    ),
    (4, 4): (
        "abdeaboraceradieaissalemallaalmeandiandrankaaresaretarlearnaarseartaastratutaumeautaavonavribachbancbituboulbrascalacalccalmcara"
        "cendcettcevochimchoscitacolecouccoupcoutcrutculicusadamndemedevadialdinadoutdowsdrogeauxecheeculelgeelleemblemboenduenreenusepri"
        "ercherduermeernieronertuetenetieeurefeuifirmfoisforcforugabogenrgnongrosguerhalihansheliherbhierhinehollianeiantidarieuxildeille"
        "imenimerincaingeinnoioteiraiissaivanjamajeudleilleurlisaloirlonslphalumimbremencmenenacenamincitndrénemengemngueniconnalnregnsem"
        "ntlentrenuelochaogoloidsoiveomobonfoongoongtonieoordoserosésotisoumiourgoutaoutiouvaovemoyagparcpemepermplagpremrammravarcerrdre"
        "redirembrendretrridirisarocarogurondrquorrogrserrtitrveirésisallsalusasssautsonnsposssanssiessittagntarathenthodtiditiertilitine"
        "tinitoirtonstoratorttrimucouunisurenusteutanuvesvauxvierwhityantzainéneréren"
    ),
    (4, 5): (
        "abituablesadienaffiraisanaissealimeallesancieareilariataroleartenartouaudraavantbilancalescaliscalitcantocaraccettechantchevacia"
        "licoupedernidescedirigechereformegreteigneeilleembouemplienaceenairenfanensemensibepreneprisercheercreermeserraierrogessaneuleme"
        "uvenevenuforesganisgestigrammhiveriaireicencicileiffreilletillieinconindisirigeisiteisqueissemissonjectikinablaisslequelidarlion"
        "smanchmesurmmatincierncontndaisnellengolanissenitivnnalinstatnterrnvieroiresompenonnalonterophonoriseortesortifourniovenaoversoy"
        "ensperdrpourrprenarandereauxreconrecourecterelevricherieurrketironnerosserrencsortispagnssitestriestudisultasurertagnetalemtenta"
        "termethoustissetobretriqutrumeudraiupartvolonwered"
    ),
    (5, 1): "q",
    (5, 2): "uêwk",
    (5, 3): (
        "anvasqauvbiebtecevcérdixdémediedofaufemfiagaugyphabhachifhivhoiikaikhjouknikozmbrmeimienainemnganulnyaobroixokooukrdrrépsaoseise"
        "uséntyptérubvueuujeujouneuéeveawolyagysazizçonéciécuéenété"
    ),
    (5, 4): (
        "ablaachaadagaffrafinagogaincaireamisandaanuearaiarbrarfoatifaucoaudrautebelgbienbilabonhbuerbunaburkcalecamicedechauchezchoncice"
        "cierclatcoeucouvdepuderrdimadinedonndonsduelduesduraeineelerelphembrenaienonenvoercrerdrespaeudifertfoulfronfugigooggrethanthatt"
        "hauthemihenrhetehisthuteiardiauxibreicheidieilemilibimaninonitaijacqkilolheulicslifilirellailleslloullywlonnlorslsonluieluttmaje"
        "mboumicimmesmulemuneniernimennagnnainnonnnulnousntienvoyocaiocauoienoisiolieomaiomitomptonjooudiouesouilourooussovenpayspeuppeur"
        "ploiponiquanquemquoircouregrrfairgierimorincrlemrochroirroisromaronnrovorrairronrvensavoseilseursinasinosoirssaistuptairtammthme"
        "tisstitetoustouttristroittreuandumbaundiuricurrauveluvoivalovellvenavendvoievoiryeux"
    ),
    (5, 5): (
        "aladiallonalyseandesannonapeauatoirauteuaversballebourgchappclairconfoconjocoupscrisedentedevandevoidevradiensdisenelancellesema"
        "gnemmenemmesemontendreennemersesetiteetteneuneseureseuseseversevoirfantsfesseffranffresgnalehandihingthoisihonieillesimatiimesti"
        "mmobisageiveaulandeleursleverliorellaitllemellierlousemaliematinmissamoindmplacmunesnagesncorendemanniernomienseilnshasntrernuel"
        "logolaompatoncouonfieonvaioritaotaleoutenouveapagniparcopartaphoniplexeposerpprenprovoquotirapporauderdantrdonnremporentereprire"
        "vanrnierrochartiersauvesiensstroptalietammetastrtelleterontestatissatombetraittrentuanteuissaulantuniesutairutoriuventwilli"
    ),
    (6, 2): "nqoûpêrqujuvâtéfééït",
    (6, 3): (
        "adrafiakravrayabvedyneilenqevueyaghaghiiezinzluimaïmytncsndrngongunkoofeofioirorêoufoumouzovoplupuyreurécthltoytyruemugiugoutruv"
        "éwadwsezai"
    ),
    (6, 4): (
        "abylagitaienalaiallualoramaiandeanifapeabercbrescelaculecupedakaderndeuxdiasdizadossdoucduirecouecueedoueindemprenezetatethnetou"
        "eulsevrafaisfatiferaferoffirgalegauchienhilihroniairidemiellienniensifesilisingtiquéitenlieulignllonlouelundlupamadamaromarqmeil"
        "mortmoscmunancadncopndesnduensiensomnuenocciomieonauononoreroudaouteouvépagnparvprenraberaimraitreilresqretoreuxrlerrnaurnieroie"
        "romerompruterwansainsansseigsfaisinssoinsquésujetadetchatenutonntrerucheuissujouumérunaiuparurtaurtoutaiuveavaisvoixvraivueswand"
        "washxpliyensyonsypteécouémoc"
    ),
    (6, 5): (
        "abilaachatairemaisaialablalairaleurambreamediameroarbrearcouargenarmesartagassouatrimauparbandebilisbreuxcainscilemcoupacoutecra"
        "inctoracuterdehorditesdroiteantsecinseflikeilliendaienferenserensuientouentréenvoieprocercieetienevonsexplifestaherchiblesidieni"
        "fierinjuslacerlenchlialeliardlisselocaulourdmadoumaladmmunemontrnantencendnergingletniquénoncensieuoigneoldatomiciondagontouontr"
        "eoquerorisaoulerouloiouvelouvemparaipartequittraverrconsrdienrendrrenseressaressorgeoirimerristermantromperquerrsonnrtenasavoiso"
        "leisortassortstimesupprsurtoterditerietidietilistilletoyentrompucoupulariulemeunessuritauvantuvernvenusvoletvrierzaine"
    ),
    (7, 1): "â",
    (7, 2): "euiqoqoùuxéh",
    (7, 3): (
        "alganqarqauxbuecaiceucunduieuxffrffuhauhebhtoieuinqisqjugjuiliqloilysmoynmooieomtouapeipouppuraéraëreçrixroiréisoitouucoucuudrue"
        "iuoiurquxqyaiyau"
    ),
    (7, 4): (
        "adeaadouagiraiséancsaremasmeattuauvravezayonaysabagbbanqboudcacecheuchouclurcophcroydatudavadididoigdouadouledreefliehoresureubl"
        "euneevoiexiofleugagngasigensgnaigolaiandichéiedsienvieurieusinaiinieinscivoijouijuifjuillaislaitllezlogemairmonnncaindainduineau"
        "nnennoncnshansuinutinvoioinsoituomtéonakondropreosanoudroueroueuoupeourdoyeuoyonpargpratracoraleraqurechremprenfrigermairsairsei"
        "rteurtouruntsauvserosoucsoudspagsseustessubvtaistardtheltombudiaulemumisunauupesuriduvemvienvoilvoisvolevonsvoudécon"
    ),
    (7, 5): (
        "achemamourampagancopandréantesapporarfoiarienbancachinoconakcuriedessidroguecterelierencadencorendezendusennenentauenvenenvieequ"
        "elerditespriessemestreeusemevenaficacfiterfreinhadieiculeignesigueuiloteiminuintieinturinutiiraitisantisfaiistrelatiflibreliennl"
        "iquélisenlundimajeumateumblenmmunamoussnalemnautandissndonsngueuntagnnterdntretofiteopoleorcerorteuortieosentpartopermepratiprom"
        "eranieratuiravairemborenforicolrnemeromesroussrtoutssairsserastoirtairetenteterpethenttheritienntimentravatudestunisuotiduraitur"
        "ellustrevisan"
    ),
    (8, 2): "vr",
    (8, 3): "bylcetcoûcrèctèdeudiédrédéadédeaufaçfcffeufièfédfévgeuhefiaiilàleqleulyomoinédnéoouhpempiqquérgnruxréhréjréqtiquiévez",
    (8, 4): (
        "agasaideajeuancéarerauneaurébleublieboboboucbreucadrcilecinscitodaiedeaudettdontdroiecineintempsendrenfaeurtfassfaudffetffeuffon"
        "flotgocihadihasshentilaiindrinséipemircojoiejugelayaldatlialloppmalgmardmauvmettmieumoigmordmpagmprungtanheunieunnemnnuenordnota"
        "nsabntountrénuernvieofonogneoiciombroncéonnêonsaorduoséeoupéouvoponappelprixrafireuvrevurouerouiroulrtemscolscutseloserasidasouf"
        "soumsouvstiqstissubisuistatstefothietilstoyettiruffruilluisquivrusemvionvolovoulyonn"
    ),
    (8, 5): (
        "ableaabritachetamicaanaisandaiannulantaiantiearabeasardauqueautanaveniaventavionblissbonnébouticairechalechasschissconnademaidif"
        "fudinaielantellememparendicentaientieermetertesertitestenesureeteniettanfairefallafaussfortegaranhambricierilialinaleiorerisaiti"
        "vantjustekinshlliarmalgrmicilmistemoiremonsimoyennadientillochaiollicommetonduiosantossieouranoutieovisoparlepelerpendappartpren"
        "dralemrancsravaurcredrdentrebonreposrioteritiqrrontsagersammesavaiscrivsemaiseraisissessemestadetenaitextethermtiendtingutinieti"
        "stetualiuisenurvieutresuvertvendrvenirvivanvoicivront"
    ),
    (9, 2): "açkérûêl",
    (9, 3): "boîbyechâenéevrfongougtehevllèluémpônirnuénévofoogèoivomèoséoueouvpibplèquêriqrirrséséjthntoitrétrôugmupçutôxigyenécèédr",
    (9, 4): (
        "abonageualeuamioaoréappuappéataiatouatuiaugmbrefbtenbyencenncielcomtcosscrivcroictifctiqdansdiridonceraiexigfautfermfigafilsflit"
        "frapgammglemgneuhinohonnicaiidaiigieinguiodeioreisieiveakinaliguliorllemmememetummeunakrnalendeunfonnjoinomsoniqonvaoulaoulioulo"
        "ourqparfpeinperdpréapréhprélquiéreaurgemriausieusitôsoitsoussurtteuxthaltifstitrtitsuagauiviuliguniruraiusieuvaiveauvieiwittyrie"
        "étag"
    ),
    (9, 5): (
        "acineacontallaiammenangueanteuappelarleratelibamakbelgeblicsboulocarbucolaicomptcritudairedessodienndomicdonnéeconnectifembreena"
        "itenceiendemenfinenteseraiterontettemetteufallufectufondsgalemhausshiffricaceicatsidemeientèiliteindeminquaiotesirontisponissaii"
        "stiqitairitesslatealemaglieuxlmansmembrmensomentémilicniensnsommntraiolideomitéonnemonneuonsabormeloureuoutefperteplancponibrais"
        "oraiterecueriennrimoirlemerlentroitsroupertissrvenarviensalaitanietricetriertroliturelurontutentutourvenduverneviter"
    ),
    (10, 1): "ëïœ",
    (10, 2): "aïfélqoërââcâg",
    (10, 3): (
        "abèaieaixapéaujcièdiqeaifiqgéahaîhoqhuiiauidèifsiégldalycmeumpênaîncéocèotrpléppériésezsiqsujsédsémsépsévteuthmtémusqxueéabéasée"
        "léerégè"
    ),
    (10, 4): (
        "acunaillaitéatièaussauséautravaubaisbanlboumceauchifctesdarmdevrdécaeluiendéentéerréesclfemmffisforêgissglaigniegueuguliheikhoue"
        "ialeiciéilayimaiionnitaujouekabylanèlorémaismmobmpaonnusnouvnteuobtiogemoindolaionséougeoyaioyezpeulpoirppriprédpréoritèrnemsaye"
        "soixssussucrsurétchstiaitogotruiubléuiraumaiunieusséutefuvezvoitysiqédigérifésesésin"
    ),
    (10, 5): (
        "agissamaisamillartirautoravancbeaucchiencisercitoyclameconvacoulecourucrutediantdoutedramedurereaucoenonsernemessezestaiglissgol"
        "aihysiqichisilieuimancimineiqueririenisentistesitalemananmenermondemondinceinnceranchemndemenisténtaleontréoseraouligpalaiparerp"
        "lanipoissprotépruntprésuquatrralierburarenanroprerprenrtielrtiensantéselonsoulispoirspritssadetagertailltempstendutienstourétraf"
        "itroisultesutricvanchvivenésidé"
    ),
    (11, 2): "jézé",
    (11, 3): "buéchéctécémcéneméfoiférghrgiégoûgéohezjeulébmécngènoëocéphèpoqpédrbérrérètrèvscéstèuièuréutévréécééfèéjaérê",
    (11, 4): (
        "actèadeuaiemallèaniqantéarréateuatoibesocaléccuecepechaîcolèdatsdiaidoisdécédéfudépidépôectéencéenirenjeepaserséfisaflikfoncfout"
        "geaigenègouvgénohasailièimauimpéinéripauistéisueitiqitéelaieleaulikalleullirlloilontlysémorcmunénlevnonçnotroliqondéonibonnuonté"
        "otamoupçouréoutéperçpeuxpleiplirplupredérisqrnirrotértirréabréanrégarépesidèsoigssezsueltaittieltriqtrièturéuipeuitéureuurirusté"
        "utirvaitvaléveugviguvoueyousèrenédifégagégiéélirélésénévésieétalétréétés"
    ),
    (11, 5): (
        "ablemabriqactriainsiaisemaissialueraphiqariagartematrieauronboliqbrouicataiciennconsacontécoulicourrdougoectezembauenconerpelesp"
        "agevaitfournhinoiiculiidatuientôilieringtaintemissusjoindjuridlargimaillmbolemettrminelmunaumuniqncipenewsenglaintielntrafnçaitn"
        "érabobjetolontommesonaleondiaouvezplageposenpourqppliqpresqprochrbainremetrenonretourigearkinarontérraitrvenusectesolaisongespar"
        "utchadteindtendrthodetionnttanturnomurpreussirutomnvallsvingtxistaécontériesêtres"
    ),
    (12, 1): "àçèéêîôùû",
    (12, 2): "aéaëaîbâbécècécôdèdéfèfêgâgègéhâhèhéhôiéjàlàlèlélômèmémênçnènéoéoîpèpépôrçrèrérêrôsèsétètétêtôuévèvéxéyéçuêcïqôlôpûrœu",
    (12, 3): (
        "abéacéadéagéaléaméançanéaoûarçaréaséatéavéaxéaçoaélaéraînaïlblèblébrébâtbèrbéebénbétccèccéchèciécrécâbcèdcèncœudgédhédlrdèldèsdé"
        "fdépdévelqelèeléeoietéevéexéeçoeçueûnfféfiéflnfléfrèfréfèrfémgbégiqglégnégrâgrègréguégèngéthaqhaïheuhiqhlèhèshéehômhôpibéidéigéi"
        "léiméinéipéiréiséitéivrivéixéiéelgélièliéllélnélpéltélâclèblèglèllèmlèrlètlèvléplôtmaîmiqmièmmémnémpémènmémndénféngéniènnénsénté"
        "ntônèrnètnèvnécnéfnêtnœuobéodèodéogéolèoléoméonçonéopéoréotéoujouéoètoéqoûtpdgpeuphépièplôprèpréprêptépuipècpécpénpêcpôlqaïraîrc"
        "érdérgérièrmérnérrêrsqrtèrtérvérâcrçurègréfrêmrôlsaïscèsfésièspèspéssèsséstésécséqsûrsœuthèthétiètrèttétuétâctèmtôtugéuléunéupéu"
        "séuyéuèduèruêtvecveuvièvoqvènvèrvécvéhvénvésvêqxiqxièxpéxtéxécycéyeuyezyéeyészbézérâceâleçançueèdeèglègnègrèguèteètréacébréceécl"
        "écréfeéfiéfléfoéfuéféégléheéhiéitéjoéjuékiéocépaéplépoépréseésoévuévèévééçuééeéélêchêtsêtéînéîteïncïneïquôleôléômaôméôpiôtuûneûr"
        "eûteûtsœurœuv"
    ),
    (12, 4): (
        "accèaccéacréactéacéeacésadémadéqagèragédagésaidéainqajouakecalgéalléaluéaléeamiqamméamnéamènamélaménandéangèangéanièannéanètanée"
        "aogoaoûtaprèaptéaraîardéargnargéariéarléarméarrêarèsasséaséeathéatiqatégatéravecaveuavèrayésaçonaéliaériaéroaîneaînéaïlabasébiai"
        "bièrbjetbliqblirbliébloqblèmbléeborébruxbrésbtiebuéebâtibèrebéesbéjabékibénébéticadécapécatécauxccèdccédceincelucemmceuxchaqchré"
        "chèqchètchéachérchômciaicidécieucinqcinécipécisécitécièrciéscluacléaclésclôtcopécorécoéqcoûtcquécrètcréacréecrétcrééctemctoictue"
        "ctuéctèrctéectérctéscueiculécupécusécèdecènecèrecécicédecélècélécémecénacérédaitdelàdgétdigéditédoitdoivdommdotédouzdrôldurédèle"
        "déaldébadébodécedéchdécidécldécrdécèdédidéesdéfadéfedéfidégadéladélédémadémedémidépadépedépldépodépudéredérodésodétadétidétodétr"
        "dévedévodéçuecevecréeeprefoielâcelèveléeelésemièempêenlèenséenèvenésenêtepréeptéepuiepérequêercéereuergéerméernéertéervéerçuesoi"
        "espèespéesséestéettretéseupleuxieveuevezevéeevêtexiqexpéextéexueexéceçuefaçofichfidèfiléfixéfièrfiésflètfriqfrirfroifuirfuméfunt"
        "fuséfèrefémiféraférégagégarçggérgieugiqugièngnemgnéegoûtgrergrâcgrèvgtemguréguèrgâtsgènegéangédigéesgéoggéregérigétagétihacuhaël"
        "haînherchetéhevéhisshlèthléthoixhommhèsehéanhéeshélihénohéorhérohômahômehôpiibueibuéibyeicauidèridéaidéeidémidérieiliffrifféifiq"
        "ifiéiférigeaignéiguéigéeigérigésilléilègiléeilégimméimoiimpôinféingéinirintéinuéinéeiouliplôipéeirigirréirurirésisirisièismeisoi"
        "isséistèisèriteuitoiitoyittéituéitèritôtivaiivemivezivréivéeixanixièixéeizaiièmeièteièvriéesiégeiégéiéraiétajanvjapojaïajoigjonc"
        "joutjugéjuinjusqlacélarélatélaçalcoolevéleçolgrélgérlibéligélinélisélitélivrliègliéelliéllègllèllléglléslnérlouélowklteultéslutô"
        "lycélègelègulèlelèmelèrelètelèveléailébrlédoléeslégalégulémalémiléphléralérelérélételômélôtumanqmatémauxmblémbéemeaumesumeubminé"
        "mitémmédmméemmémmmésmnésmodèmodémouvmplèmplémprémpérmpétmpêcmpêtmpôtmulémusémènemètrmécamécoméesméfimélimémemémoméprméramérométa"
        "métrmêlenabènacénagénalénaçanaîtnchéncièncrèncèrndiqndémndépnfianfiénfrènfédnférngrèngèrngéengésnigéniséniténièrnjeunjonnlienlèv"
        "nmoinnaînniènnéennésnombnommnomènorénquénquênseinseunsécnséqnsésnthèntègntéentégntérntésntôtnulénuménvainvoqnçannèrenètenèvenéan"
        "néasnécenédinéfinéganégonérénétinévinévonêtenêtrnœuvoblèobteobéiochéociéocèsocéaocédoduiodèlodéroffrogiqogrèogènogéeohéroiemoilà"
        "oiléoiquoixaojetoldaolièollèoltéolueoléeolémombéomiqomméompéomètomédonctonféongéonnéonçaonçoonçuonétoopéophéoppéopèropéroquéorcé"
        "ordrordéoriqorméorsqortéorêtossèosséostéoteuothèotidotiqotéeouclougoouluouléounaourrouzbouésovoqoyauoyenoyésoésioîteoîtroûteoûts"
        "paixpauvpauxpayépeaupelépeuvphiqphèrphéephénpidépirépiègpiétpleupliqplètplémpoléposépouvpoésppempplépprépprêppuippuyppéeppésprié"
        "précpréfprépprésprônptesptèrptéeptésputépècepètepécipédapédipéenpékipénapénipénupérapêchpôlepôtsqaïdquéequérquêtrafrragéraieranç"
        "ratérauxraélraëlraînraîtrchércéercémrcérrdéerdésrelèretéreçoreçurfoirgurrgéergésrgétrieurigérimériséritérivérièmriéeriésriétrméd"
        "rméermémrménrnièrnoirnésrocèrocérogéropérouvrprèrprérquérreurrièrréerrésrrêtrséersésrtéeruirrurgrvearvirrvésrâcerçanrçoirècerègl"
        "règnrèterèveréacréagréatrécaréceréciréclrécorécurécérédaréduréelréerréferéflréféréglréguréharéheréinréitréjoréjurémorémurénaréni"
        "rénoréocréparéporéserésoréterétrrétéréusréverévurévèrééerêmerêterêtsrêtérôlerônesaiesairsaissaitsaufsayéscréscènscénseauseoisfér"
        "sidésifssitésixisiègsièmsiégsoiesolésommsontsormsouhsphèspècspécspérsraëssiqssèdsséssthéstoistréstèmstèrstéestérstéssuivsulmsupé"
        "suédsèdesèreséchsécuséduséesséissékosélesémesémisénasénésépaséqusérisévèsûresœurtagétaietauxthlèthléthèmthèsthémthéttimétirétisé"
        "titétièmtobrtolétomntoujtraîtrémtrêmtrêvtrôlttaqtteittoytueltuertueutulétuéetèmetéestégetégitégotégrtématémotératéretéritérêtôme"
        "uatruccèuccéuchéucléucunudgéueiluelqueusuggéugiéuinzuinéuipéuièmuiètuiétujetuleuulièulpéulséultéulèvumeuunéruprèuprêurgéuréausiq"
        "usulusésuteuutésuvésuxièuèreuêtevaievedeveuiveutveuxvidévisévitévolévotrvotévoyovoyévrirvènevécuvéhivélavélévénevéniwilaxamexcès"
        "xièmxprixpédxpérxquextesxtérxuelxécuyaieycéeygièystèystéyéeszbékzéroâcheâgéeâgésâtonçaitçantçoitçoivçuesèbreècesègesègleègreègue"
        "èlemèlesèmesènemènesèremètemètesètreèveséactéafféagiéairéalaéaliéanméantéastéatiébarébatébelébitébloébraébreébriébréécanécemécen"
        "écepécesécheéchééciaécidécieéciféciséclaécraécriécroéculécupécutécédédacédagédenédiaédieédoiédonédraéducéduiéduréelléennéenséfai"
        "éfauéfecéfenéfetéfiaéficéfiléfinéfiséflééforéfugéfunéférégalégarégatégenégiqégitégleégliégléégraégrééguléguéégétéhabéhenéhicéhér"
        "éisméitééjaïéjouéjudélabélaiélatélecélevélimélioéloiélueélusélèbélèvélébélégélémélépélérélévémanémerémieéminémisémoiémorémoténag"
        "énaiénalénaténeméninénoménonénorénurénéfénégéoccéogréoliéoloéorgépanéparépenéperéphoépicépidépisépitéplaépliéponépoqéposépouépre"
        "épriéproéputépètépétépêcépôtéraiéropérosérouéruséréeérêtésaséseaésenéserésidésigésilésitésolésorésouésulétabétanétapétecétexéthi"
        "étiqétoiétonétriétroéussévacévaséveiévelévenéverévitévoiévolévoqévènévèrévélévénêcheêchéêmesêtemêterêtéeêtésêverîlesînemînesîneu"
        "înésîtriïlanïnciïqueïtieôlesômagômeuôpitûretûterœurs"
    ),
    (12, 5): (
        "ablieablirabordaboréabyleacadéaccueaccédaccélachidachètachéeacileacitéacquéacreracréeacteuactifactueactéracuneacéesadavradhéradh"
        "ésadiquadmetaduitadémiafriqageusageuxagnéeagresagéesaiemeaientaignaailléaimaiaimenaincraincuainemaisiraitemaitéeajoutajustakiena"
        "lcooalemealgacalgréalgéralidéaliséalitéalièrallemalliéallèlallégalorsalyséambesamenéameuxaminéamméeaméliaménaaméraancièangèranie"
        "nanifianiméaniséanitéanièranmoianniqannueannéeanquéansféançonanèteanéenanémeanœuvaoudiapitrappréappuiappuyaraîtarchéarcérargnear"
        "géeargésarifsaritéariésariétarméearménarmésarocaarquéarrêtarvenassezassiqasséeassésastiqatairatefoathlèathléatifsatinéatiséatièr"
        "atrièattaqatteiatégiatégoatéraatériaucunaujouauprèauraiaurezauréaautesautiqautouautésauvaiavaieavaitavauxaveugavireavitéavoiravo"
        "ueavéréaçantaélieaéropaînemaîneraînesaîneuaînésaîtriaïlanaïqueaïtiebaséebataibateabattrbattubertébesoibiaisbiliebitiebitrebièreb"
        "lablblemeblentbligébliéeblèmebléesbordébouclbougeboutebrairbretabreusbrésibtenibtenubuablbudgébyliebâtimbâtirbéninbénéfbéralbéra"
        "ubérercacescacitcadeacadémcamiocaniqcapéscarcécatifcatégccrocccupeccupéccuséccèdeccédeceintcembrcensécepenceptécernécessucevoich"
        "acuchaînchercchetéchevéchoischoixchèquchètechèvechéeschémachérichômaciaircialeciauxciblécifiqcimetcipaucipencipercircocismecisém"
        "citaicitercitéecitéscièreclarécléaicollècolèrcomblcomitcompécomédconféconnuconséconçucoptècordécotiscoulécourocouvrcoïnccoûtecoû"
        "tscritècroiecroircroitcroyacroîtcrètecréatcréercrétacréticrééectemecteurctifsctimectobrctriqctroyctuelctuerctueuctuéectéesculaic"
        "ulerculieculpécultécupércureucuteucédencédercédurcélèbcélébcélércérémcôtésdailldamnédaptédateudavredecindegrédemeudeptedepuidess"
        "udeuildeursdeuxidevaidevendevezdgétadhéredhésidiauxdicaudiffédifiédiquédiraidisaidisandizaidmettdoigtdoléadomaddommadoptédraiedr"
        "aitdredidrontduireduisaduitedurciduréedèlesdèrendébardébatdébitdéblodébordéboudécemdécendéchadéchedéchidéciddécisdécladécledécli"
        "décoldécondécoudécredécridécrodécèsdécéddédiédéfaidéfaudéfavdéfendéficdéfildéfindégagdégradélaidélicdélitdélivdélégdémardémiedém"
        "isdémondénomdénondépardépasdépendépladéplodéposdépoudéputdépêcdérabdéraldérerdérivdéroudéréedérésdésardésasdéserdésesdésigdésind"
        "ésoldésordétaidétecdéterdétiedétoudétrudéveldévoieautéecensecevoecouvecrutecrétectemectesecteuectueectuéectésecueiedeaoefaiteffe"
        "tefoisefuséeignaeilléeindreintuejetéelablelconelevéelgiqelieueloppelèveemarqembléemercemettemeurempérempêcempêtenacéenaieenaçaen"
        "chéendeuendiqendueenjeuenlèvenouvenquêenregensaienseienseuensésentièentueentéeentésentôtenvahenèveenéeseprésepuiseraieerchéercic"
        "eresserméeernièerounerpéterreuerrièersemerveuervirervéeervéserçanerçoiesoinespècespèrespéressaiesseuessouesséeessésestisestéeest"
        "ésetaitetantetatsetenuetiréetitsetrouetureeureneurtreuteseuveseuxièevaieevendeveureveuxevienevraievéesexameexcèsexigéexpriexpéde"
        "xpérextesextérexécueçoitfactefaiblfaillfaitefameufaudrfautefaveufendrferméffaibffisaffondffrirffuséfichifichéficilficiéfidélfien"
        "tfilièfinirfisanfixéeflètefoirefonctfondéforcéforméfouléfoutafraisfribofugiéfuméefurenfuséefélicféminférerfériefêtesgagéegalaiga"
        "rdégatifgatoigeaitgenèvgieusgieuxginaiginergiquegissagiènegliseglomégnaitgnemegnentgneragnitégnolsgnéesgociegogiqgouttgrimpgrité"
        "grâcegrècegrèvegréabgrémegueulguinégulièguèregyptegâteagèremgèresgédiegénaigénocgérergériegétiqhacunhaitehaitéhangéhappéhargéhau"
        "tshaînehaïlaheveuhimiqhlètehlétiholiqhonnêhoraihoseshuitihumaihygièhèreshéanchémathéolohéorihéranhérenhérithéroshésiohétiqhômagh"
        "ômeuhôpitiaqueiasmeiatemiateuiblemibueribuéeibéreibéréicaleicapéicauxiciaiicielicieuicipeicitéidatsidemmidictiditéiduelidèreidée"
        "sidémiidéolidéosidéraidéreidéréieilliendriertéifiéeifiésigieuignemignenignéeigéesigériilatéiliséilièrilleuillirillèrilléeillégil"
        "lésilomèilègeimairimaitimauximinéimitéimmeuimmédimpérimpôtiméesinabèinauxincroincèrindiqindépineepinetéineurineusingbéinieninièr"
        "insécintègintégintérinueninuerinzaiinéasinédiinéeninéraionauionnéiotiqipaleipauxipemeipentipieripuleiquemiquéeirentirigéirméeiro"
        "nnirrégirurgisagéisammisateiscréiscutisièmismesisoirisonnisraéisraëissagisséeistoiistréistèrisueliséesitaititauxitieuitinéitoiri"
        "ttérituelituerituléituéeitéesivaitiventivilsiviséivitéivraiivrerivéesixantizainiècesiègesièremièvemiérariétaiiétésjeudijonctjoue"
        "njouerjouirjouitjoursjoutejoutéjugemjugerjugesjusqujésuskabyllacéelacéslaienlamiqlancélaniflantélanètlariélassélaurélaçanlconqle"
        "sséleterlettrlevagleveulevéelgérilibyelicailicièlidailifiéligealigielignéligéeligéslismeliséslitailitiqlittélitéslivrelivréliège"
        "llaielliésllowkllulellègellègullèlelléesllégalmanelmarèlogemlogiqloiemloignlomérlongulongélontéloppéloquélorsqlouerloyeuloyéslta"
        "tslteurluieslumièluparlusielycéelystelâchelèbrelèlemlèmeslèteslèvenlèvesléanclébralébrelégallégatlégenlégielégislégitlégiéléguml"
        "éguélématlémiqlépholéranlérerléterlômésmadaimaienmanièmariémarèsmatiqmatièmatérmauvambaucmblabmblaimbléembreumbéesmencémençamené"
        "emenésmercrmeriemervemetièmeublmeurtmilaiminaiminéeminésmionsmitiémitéemitésmmerçmmeubmmédimmémomnitémodèlmodérmoignmoinsmontémo"
        "nétmortsmoteumoubamouvamouvompleumpliqmploimplètmplémmposamposémprenmprunmpréhmptenmptesmpérampérimpétempétimpêchmpêtempôtsmunér"
        "musiqmusulmutuemystèmèresmètremécanméchamédiamédieméditméliomémenmémoimémorménagméprimérasmératméritmétramétrimétromêmesnaitrnal"
        "ernancénateunatoinauténaîtrnchéenclurncroynculpncèrendaitndamnndarmndonnnduesnduirndéesndémendépenecténeigenemisnerainergénevoin"
        "fiannflitnfrèrnféringagéngeurngrèsngtemngèrengéninicieniennnimaunisienismenistèniséenitainitiénitésniveanièrenjeuxnjoncnlevénmoi"
        "nnnaiennatsnnaîtnnemennièrnnoncnnonçnnulennulénnéesnnêtenomiqnomènnoncénormenotamnoternquiènquiénquérnquêtnsacrnsaitnseignsidéns"
        "iténstaunsécuntairntaitntaméntanéntatsntauxntebontementenunthèsntituntiténtraîntrésntrôlntuelntéesntégrntérentérintérênuclénuent"
        "nuiténurienvainnvenunviténvoienvoyénymatnéanmnéditnéennnéensnéficnéglinégocnérainératnéreunétainévitnévolnêtreobaleoblèmobtieoca"
        "tsocauxochtoociauocierocoleoctroocéanocédeocéduocédéoduiroduitodéréofondogemeogiquohéreoientoignéoindroisiroisièoitiéojetsollègo"
        "luerolèreolémiombéeomessomettominéomméeommémomouvompagompaoomplèompléompréomptaompétomèneomètromédioméraonaisonatronauxoncrèoncr"
        "éonctionctuoncéeondamondatondéeondémonfiaonfononfrèonférongrèongéeonjononnaîonnusonnéeonnésononconquéonquêonsaconseionsieonsomon"
        "séconséqontrôontéeontésonvoqonymeonçaionétaoopéroordoopageophètophéeoposéoppemoptiqoptéeopèreopéenopéraoquéeoquésorairorauxorcée"
        "orcémorfaioriséoritéormaiormesormémoroutortirortéeoréenorêtsosaitoscouositéosonsosphèosquéossèdossédotammotantothèsotisaotivéoté"
        "geouchéoucleouentouhaiouléeoumisounaioupurournéourraoursuourtaourvuouscrousséoutiroutièoutumoutéeouvoiouvriouvéeouvésoviaiovieno"
        "yaitoyonsoésieoïncioûterpagnépaiempalempaniqpanouparavparaîpareipargnparléparueparéepassépauvrpaysapeintpelonpeléepelésperçoperç"
        "upeuvephénopidémpionnpitaipitaupiègeplacéplairplaisplanèplissploisploréploseployéplusiplutôplémepléniplômépolémponaipondrponsapo"
        "raiportéposaiposanpossèposséposéepothèpouvapouvepouvopoésippelappeloppelsppeléppeurpplémpposapprimpprocpproupprécppréhpprêtppuie"
        "ppuyéprennpreuvpriméprivéprièrpriétprocèprocéproieprouvprètepréalprécapréciprécoprécéprédiprédépréfepréfèpréheprénopréocprépapré"
        "seprésiprétapréteprévepréviprévuprêteprêtsptantptienptiséptéespuisqpuisspulaiputéeputéspècespèrenpèrespéciapécifpéennpéenspénalp"
        "énétpéranpérerpérimpériopérippéronpéréepétenpétropêcheqaïdaquelqquemequinzquipequipiquipéquiétquéesquériquêteractèractéraduiragé"
        "draienraireraissraitérakierallèrammérangèranéeraremrassurateuratieratiqratoiraéliraîneraînéraîtrrbresrcheurchezrchésrdurerecetre"
        "cevrectrrefaireflèrefoureilsrejetrelèvremièrencorenezrentrrenverenvoreprérequêresséretagretomrevoirevêtrgissrialeriauxribueribué"
        "ricairidiqriensrifiérigéerimairioderisierismeritoiritueriturritèrritésrivairivéerivésrièmeriéesriétariétérmaisrmalerminérmulermé"
        "dirméesrmémerménirnantrnauxrnitérnièrroblèrocairochérocèsrocédroduirofonrogrèroienroirerojetrolierolièromouroniqrononropéerospér"
        "ouesroulérounarovieroyabroyaurpétrrpéturquabrrachrraierranérrivérrogerrogérrégurrémerrêterrêtérsitarsitérsquersuivrtemertéesruir"
        "erumeurutemrvaterveaurythmrègleréablréactréagiréalaréaliréateréatirécemrécenréciaréciprécisrécitréclarécolréconrécuprécurrécédré"
        "dacrédibrédigréducréduirédécréellréfecréfleréfléréforréfugréfèrréférrégleréglérégulréhenréjourématrémenrémisrémonrémunrénitrénom"
        "rénovréoccréparréperrépliréponréprerépétréquerésearésenréserrésidrésilrésolrésorrésourésulrétabrétairétenrétisrétroréussrévenrév"
        "isrévoirévolrévuerévèlrêterrêtésrêverrôlessacrésadeusaiensairesaisisaluesamedsaoudsateusavezschémscinesclavscrirscritscrètscréts"
        "cutésecousecrésentéseoirseporseronserréservésespéseuleseulssexuesfaitsférésiciesidansidèrsidérsignésincèsingbsinonsionnsitaisite"
        "usitifsituesituésitéssivemsiègesièmesièresmettsociésoiensoixasoluesomptsormasoumisouplsoupçsoutesoutisouvisoyezsphèrspirésponisp"
        "utéspèrespécispécuspéraspérespérospérésquéessaitssayéssepossifsssisessitéssitôssièrssousssuréssèdesséesstaitstatésterasthétstimé"
        "stinéstissstruistréestrésstèrestémastérisuadésuccèsuggésuivesuivisuivrsujetsultésuréesuédosyriesystèséchesécursécutséduiséismsék"
        "ousélecsémenséminsénatsénégséparséquesériesérénsûremsûretsœurstactétagéetaientataitateutefoiteinttembrtempétenirtentétenuetenust"
        "ermétestéthaïlthisathlètthniqthèmethèsethémathérathétitialeticietifiétimittinéetiraitirertiréetismetitretituétitéstivemtièmetomb"
        "étoriqtorittradutrafrtrairtraletratstratétraîntretitrevutrieltrisetrièmtrouvtruirtrémitrésotrêmetrêvetrôletrôlétrônetteinttemett"
        "raittératudiatuelstueustueuxtuitetupéftuéestâchetèmestégertégietégiqtégortégratéhértéléptélévtémattémoitéraltérestériatérietérim"
        "téristérittérêtuartiuatriublieubliqubliéubriquccèsuchéeuchésucléaucteuuctifueilluelquueraiueronueuseugemeugureuguréuhaituilléuin"
        "eeuinzauinzeuipaguipemuipesuipieuittéuivanuivezuivieuivisuivrauièteuiétuujetsulaieulerauleuruleveulevéulièrulnérulonsulourulteuu"
        "ltésumeurumièrumuleumérounaisunauxunitéunéraupemeuppléuppriuprèsuprêmupéreuqueluragéuraieuraleurbaiurgésuritéurnauurnirurnoiurop"
        "éurraiurronurtanurtouurvenuréatusentusieuussitussurusulmuséesutefouteniutenuutienutilsutissutursuvaieuvaisuvaituvienuvonsuvraguv"
        "retuvriruxqueuyahiuériruêtesuêteuvacuévaienvaillvainqvaisevaleuvallévaloivancévariévastevateuvelabvembrvenonveraivetagveuleveurs"
        "viandvidemviduevidusvilégvionsvisenvisoivitésvivemvoienvoilàvoilévoituvoluevoléevoquavorisvotrevoulevoulovouluvoyaivoyervoyezvoy"
        "éevragevraievraimvraisvraitvrantvrentvretévulnévènemvénemvérifvétérxamenxercexigeaxièmexpliqxpérixtraixtérixuellxuelsympiqyrieny"
        "sageystesystèmystémystérâgéesâtimeçantsçonneçonnéèclesèglemèglesèguesèlemeèremeèrentètemeètentètreséableéactiéaffiéagiréaireéala"
        "béaleséaliséalitébarqébatsébelléboucébratébuteébutéécairécaniécautécembécennécentécesséchanéchecécheléchiréchouécialécideécidééc"
        "ieuécifiéciseécisiécisééclaiéclaméclaréclatécollécoloécoltécommécompécoutécouvécranécrasécretécrirécritécrivécrocécrétécupéécuri"
        "écutiécédeécédéédactédantédentédiaiédiasédiatédibiédiblédicaédienédifiédiocéditeéditiéditséditéédoiséducaéductéduirédureédéceéel"
        "leéenneéerlaéfaitéfautéfavoéfectéfendéfenséfianéficeéficiéfilééfiniéflexéflécéforméfugiéfèreéféreégageégalaégaleégardégatiégendé"
        "gieségiquégislégitiégliségociégoriégradégralégratégrerégulaéguliéguéségâtségétaéhabiéhenséhicuéhéraéitéréjouiéjourélaboélaisélar"
        "gélatiélectélevaéleveélevéélienélimiélinqéliorélireélivrélèbrélèveélébrélégaéléguélémeéléphéléraéléspéléviémantémarcémarrématiém"
        "ettéminiémissémogrémoigémoirémontémotiémunééménaénageénagéénaleénaliénariénateénemeénienénieuénomèénoncénorménéfiénégaénéreénéti"
        "énétrénévoéologépandépanoéparaépareépartéparéépaulépensépercéphonépiceépidéépisoéplacépliqéploréployéponséposeéposéépouiépresépr"
        "euépriséputéépétiéquatéquenéquiléquipéquivéradiérailérairéraitéraliérancérantérarcérateératuérendérentéresséreuxérialérielériené"
        "rifiérimeériodérioréritaériteéritiériveéronséropoéroulérusaéréesérémoéréniésastésencésentésertéservésespésideésignésiliésionésir"
        "eésoluésormésoudéspecéstabésultésumeétablétachétageétaieétailétairétaisétaleétantétapeéteinétencétendétenuéterméthiqétierétiquét"
        "itiétoilétonnétourétragétranétrimétroiétrolétropétruiétudiéuniréuniséussiévacuévaluéveiléveloéventévenuéversévideéviteévoilévoit"
        "évoleévoltévoluévoquévèleévélaévéléévéneêcherêtentêteurînemeîneurîtrisômageômeurôpitaôtelsûreme"
    ),
}  # fmt: skip
"""Halves and length of the groups to the groups, one after another."""
