"""Groups of letters that speak for English and against French: data, made by a program.

The logarithm of how much likelier a letter is after the letters before it in one language than in the other, in halves, at most 12;
from the n-gram counts of lingua-py 1.3.5 (Peter M. Stahl, Apache-2.0; counted on the Leipzig corpora), the 15,000 that weigh most.
"""

from __future__ import annotations

GROUPS: dict[tuple[int, int], str] = {
    (1, 1): "bfgot",
    (1, 2): (
        "alasataxbucaclcsdmecefeieperexfofugyhbheiaicigiujajililllomtmunhnjodohorotoxpephpipppsrdrfrpruscsfsmspsrstsytbtctzuaubunusutvewo"
        "wrxezazizzècèmènébém"
    ),
    (1, 3): (
        "achainalmameamoanoapeapoaptarpavebabbalbayblabribusbutcancauccochichochrciacilcitcksclucoocotcouctocumcurdatdavdemdevdgeecoeenef"
        "oegiegoehaeigeniepeerlersespetaeutexaextfavffeffofiefigfitforfrefurgatgirgrohaphawhichilhinhishrohtsiamianibiichicsidsielilailei"
        "llilmirciriiscitsivejacjoikankeskinlamlcolerlicliplloloclotmacmajmanmasmermilminmpamusnagnernetnflnfonicnionjonkinornsfnsinsonta"
        "ntintsnutnveobaocaoctocuogeonaoonoreoseoutownpalpecperphepmepolponpopporpospplpreproquiquoragralramratrchrdsrecrefrelrevriaricri"
        "grilrioriprlirolrotrtsrturumsalsamsassecselsexsidsigsisskesmispesprstasultaltectelterthathrtiltivtoltoptratudtunturucauchudeuieu"
        "inuituniuraurdureusausiuspusuutuuvavacvalvervetvicweawelwevwnewomworwriyalzençoiège"
    ),
    (1, 4): (
        "abilacceaccoachiakesamilanieanniannoantiaperapplarcharioarreassiateratesativbettblemboarcamecardcausccesceptcharchencheschricial"
        "cideciétclaicollcondconvcordcrimcturcultdaysdditdefidiandisadistditidividresdustdébudémodéteeaseecenecomectoeedselesemaiensuenti"
        "enviepareporequiertiesidespeestaesteestiestrfficfilmfivefullgestgramhandhavehershesthourhoushterickeidesigerightildiilitimmeinal"
        "inesintsionaiscoisitistaistiitalitatituaizenjourjustlabllarglayeldinldrelevelianlibelicelistlkinllarllerlookloselutimajomalemart"
        "minamissmistmmenmodemoismplemuninablnancndusngesnifinmennominsibnsonntacntalnterntinntranvesnviroardocaloderoffeointompaomplonne"
        "onteonveopleoppooratorgeortsospiotalouchouraouriouveparapartpeutplicpoinpokepossppropresprinprogpétiquipquotraceractraduraisrang"
        "ransreakrealreedrestrevirgerrialrianriorrisorivarivermanrminrnéerogrroteroverprirqueréalrédisevesonsssagssibssisssocsticstinston"
        "strisuitsuppsusptafftanctecttifitmentnertradtraltricttenubleuencuggeuppouragurneusseuterutinuturuvervancvembvicevidevisiwaitwhat"
        "workyingécurépubévis"
    ),
    (1, 5): (
        "ablisaboutadersafricalistamiliapproarticayingbilitchangcilitclearcollecommucompacomplconceconvecountcouvectivedicaldirecdistrdre"
        "ssechnoecondemploenneserateerieserrorerstaessagestauesteretweeeuropfestifinalfoundfridagainsginalgreathargeicultillerillioindivi"
        "scusishedissueistraitherizatilancelargelearnleastllowematiomentsnancindustnkingnningnservntialntrepntréeogethokingonditonstronte"
        "nontesontinontraoristormalorterortunossibotherouragournaouverowingpagnepecteportipractproteprovequantquireractiranchrcentreatere"
        "cenrencerendereporriverrocherrentrrivertnerrégimschooseasoseconservesituasmallssistssuresummesuppotenanteresthingtifictifietiona"
        "tituttracttransudentuesdaunderventuvisitwriteétait"
    ),
    (2, 2): "adaebbbeebevgghwidinjukelclmlsltmlndnpoepdrlsgtftoucudukulumupwnxaxcxpyiyo",
    (2, 3): (
        "aboadvagaagoaguaheahoailaimaldallarnarsaseashastateathaudaviazebadbbebetbidbinblobooboxbracalcceceacenchucifciockiclocofcrecuscu"
        "tdabdaldardepdidduedusdécdéjeadeemelmengenoephepoerferiescesoessesuetcetietseveewefacfamfasfirflofolggeghlgiagingmtgnigregtogulg"
        "uyhadhasheeheihiphoehouibeifeinniorittjorkepkidlablacladlanlauleclenletlevlexlivlosltolubluclunlurlwamadmazmelmemmexmicmidmitmmu"
        "mpempunapndlnitnnonotnovnspnstnsuntunçoobeoceohiolsongooloomouloveowtpatphypinplaplepoiprapunputracradrafrarrazrdaregrferhorizrk"
        "ermornorovrunryosaisapsbasheshosivsixspistostysubsuptartastiatictigtimtritéetégualuarubsudguenuesuggupouppupsurburiurnurrurturvu"
        "seutsuébvasvidvocvolwaywitwroxhiymeynezinâchéanébeédaémoéneéreôte"
    ),
    (2, 4): (
        "acadacinactsaffeaitsajorakenalenalifalwaambeamesamplannaanneannuansfanspantaantoançoapararkeartsasiaasinaudiaustavalbasebaskblic"
        "boutbratbrowbuilcaptcesschasclasclincomicostcottcrédctorctuaculacurrdatedavidealdecldeepdefederadoordowndvaneachealteateecorecre"
        "edgeedneeekeeersefeneffoehicelatelecelpeemocemorenciendeendiendoenieensientsenueequaericerinermaerouescresdaethieverfactfilefocu"
        "follgaingaveghtegoalguilhallhardharehealhernhibihighhockhonohoolhoulibuticksificigioigniigurimalimatimilimprinarincrindoineeinsp"
        "instinsuintaipatipleiremisinisisissiitiskeepkendketsknowlakelandlanslderleanlegelleclonelongloodlorelossloveloweludelusimainmarr"
        "mastmatembermpusmselncisncouncrendarndraneerneranevenginngtonitenkinnnernournquinsidoducogisokinolicomanomicommuompuonatonceonor"
        "onsionsuontaopenordeordiordsoriaorldortuotoroundourcoverowarowthpainpanepapeparepasspaulpdatperfploypollporapostprosprovqualquar"
        "quesquetrackraderainrallraphratoraverdenrderrdinreadrecereemrelerenerepareporetarettrforrickristriteritirokeroomroserossrousrris"
        "rterrtunrunsrvesrvivrétisavescorsellservsiansiersimisoonsourspitssinssivssorstarstigstorstrostudsurptaintaurtchiteletensthemthor"
        "thoutialtisttititocktonetourtrettriptrontréettortualuestuffeumanummeunctungeurreusanusicuséeuvenuéesvallvaluveravingvisovitavote"
        "willwrityeeségiméric"
    ),
    (2, 5): (
        "accesacherachesafficaissaakingalismalkinalwayamberangelangesanuarargesarmerarresavailbenefbiggeboundcalleccusecentechurccienccie"
        "ntcipatcommiconsiconsucontaconticriticrossctingdatesdaughdestrdeterecausedneseffecellowemberemembendraentalentirentraerentericae"
        "ssinessivessoretherexprefferigenergistehethehoughhousehumanhursdicienicturifferiginainateingtoinsurinvolionnaistoritcheizensknow"
        "nlayerlayinlebralegallientlkinglocatlthoulusiomanagmattementiminalmmunimonstmornimpanymploymusicndingnificnimalnivernominnswernt"
        "ralnviteobileommerommonompleongerontriorateorderormanoundeouvrepassipercepermiplainplaneplansplayeployepolicportsportupoursppell"
        "pposeprimapromirantsrcherrchesreasoreplaretirreverrgencrhoodributricesriterrlierroducronmeroprirowinroyalrrestrvatirviewsatissei"
        "llselveshoulsometspirissembssessssuesstablstillstricstronsuisstartetativtentitervithoritienttobertouritrainttingtunitturalublicu"
        "fferughteuniteuturevaluevenueversiviolavolvewondeérité"
    ),
    (3, 1): "k",
    (3, 2): "aycydfdgdsdvegeqhtizksmcmrnbokovrhrwsbslsvtdtnuyxtzeôn",
    (3, 3): (
        "adlaltamsandarearkasoasyausawnayibeibircklcosctsddeddldenderdiudogdridumdureceecieclecuedledneedegeegueitelceleeliepaeppesaesbeu"
        "pfalfelfocfungeeghtgicguahbohrehugickinlitzizejimjulkeeklyknolarlatleplgaliflinlkilmolseluelumlveléamecmedmfomigmikmixmmimmomokm"
        "oomorménnamnclncrnecnianignksnumoadoarobbodaoidoiloinokeokioksonyoodopeornoshostosupacpaipappicpotpurquarayredrfuridrinromrporug"
        "réeschseysiasinslismasofsomsucsueswetaxthetintrutsittittouceuilullumpunsurcurpustuvivadvarvatvinvorvotwaswerwhoyesyouécoéfa"
    ),
    (3, 4): (
        "abouaginagnoagreailsalanalexalinamazammaamonampuansiaquaarilarinarthasheasuratheatinauseavoravoubatebegabillblisbodybondboysbusi"
        "cadeccouchaechalcorncoulcovedaildamaddredecederidevediesdoubdrindvisdécoeadleasoeasuebatebsiecemeedeegalegraelicellielloeminemot"
        "enesenfoenglennienthentueperepreerceerioertoeteletinevesevidevroexpafferficefrasftengamegategermgiesglashilehinghirehlethnichote"
        "houthursiateibraicalideoildrimseinneippiirecivatjonekindkinglatelatolebrledglersleviliamlingllasloitloralorilwaymakemakimanameri"
        "moirmuchnaldnatenatonciandlengthnielniesningnizenjurnkednlinnsornsurntarntrintuaocieoesnoirsoitaolatoldsolinolveominommiompeondo"
        "oneyontiontoooksoomsopeaorksorpoouisouploupsourtovesowinoyalpagepattpercpingpliepousquiequinratereacrescrginrictridgrisirmerrmit"
        "roadroperranrrenrrierrourselrtiorustryinsalesappsayisbanscotselesharshedshipshotsilvsincsingsizesmitsmoksoutssesstafstemsterstev"
        "sualsurasuresurfsurvtailtaketamitegoteritestthirthretigatilltiretractroltrumtselttraucceuiseuivaunceunciunituntruperuseuutsivail"
        "veriviliwarmwatewhenwidewoulyourémonétat"
    ),
    (3, 5): (
        "actoractuaalianalifoalitializeanderanginanistaprilarranartmeassumasterattacaturaaugusbecaubordecalifcampuchallchildcolorcombicon"
        "grconnecorpocourtcutivdentsderateallyearinebsiteconoedingefleceliveeneraenesseningensiventerentuaepareepresequalerageeralleriode"
        "rneteservessesessurfactofatheforeifrienfullygnizegraduhelpihildrhoolshreatiggesignatimproincidinjurinneriouslistenistriittinjour"
        "nlaterlievelivesllinglookiloridmakesmakinmancemediamericmilesmmittmountmoviempanimprovnagernallynamednativnatornchesndrednershng"
        "lisnguagnistenitednizatnnualnothenstrantainnumbeoacheoblemoftenombinomersommenoningopporormerortioosingothinotingoughtountyovert"
        "owledpartspensiperiopionsporatpprovpproxpreviquestrainirançorecorreducreforrestoridayriencritieritisrivatrolinrringrvingseriosev"
        "ersolvesteadstersstimastorestraisuccesuggetakentalentchentempotendetestithemsthrowticaltilittorietravetricttudietèresunateutheru"
        "ttervantavertivieweweekexplorymentystem"
    ),
    (4, 1): "hy",
    (4, 2): "akbydbdddyeaehekgsikjrknlplrlvmsngoaoopyqarksksnugxh",
    (4, 3): (
        "acyaddaigakealfankapsaskaulbacbedblubotbovbrobsicoadeldinduceaceakealeameapebreckefeelveneeopepieplerherwetefarfatfrofuefyigamgi"
        "fgodgoogotgthgusheahedhighnshusidgiesiltirgitnjecjohjunkedlaplaslazldrlelllslyimosneaneinnintonuaockodsodyoggoldomeopsorlotlpakp"
        "anpeaptspusrbyreqrryruaseasicsmosplstusugsumsvitdoteatiztodtwouiduirukeulfumbveyvrovulwedwouxasxcixinxpaxpeyetyinésu"
    ),
    (4, 4): (
        "addeadiaadviafteainaainiaiseaisialonanagangianiaanicaninansaaquiareearksarshasonategatorbackbakebankbarnbasibefobornborobounbrot"
        "burgcashcastcatechecciancoascraccreecédudatadeadderedersdestdgesdingditodlesdoesdogsdorsduatecedecesecidecisecuredinediteekieeme"
        "eforegioeguleithelayellyempeendserfuerryershespietaietaletweeuroeutrevedevelevicexciexicexitexpeexuaeyesfastferifinefitsforefund"
        "fyingnésgoesgoodgourgradharvhickhildhittholaholdhopehowehreahurciciaictsidelidéoieceifthinclinniinvoioniisabisheissuiticitorjame"
        "knewlainlanelarylastlenglestleteliftlittlivelizellenlopeltholvinmendmiesmilemithmittmmermornmovempronaugncilncomndernducnglingre"
        "niornnecnorsnsivntilnvoloiseolarolloolorombionabookioorsoothoperostsotheouncountousioutspatepeecpetepherpickpictprétprévquadquen"
        "quitraidrashrecarefiremaremoreplriesriffrizermésroceroidrollrothroudrougrounrowirowtrtinrtonrésusafescovscresdayseeksesssiresito"
        "slansongssaussuesubjsundtandteneterbtersterttheythisticaticktoiltorntorstouctremtrentroytrusttacttertuckugusularulinundeuntiural"
        "usheusinuthoverlvirgwalkweapwishwledwneryersyestysteythiésir"
    ),
    (4, 5): (
        "acingadingagainaintsallenalorialthyamageamousancisannerardenareerarianarlesarounartinassauassesatersawarebasebbeginberalcademchi"
        "naciatecificcitiecompecribedescrdrividviseearlyeatinecentederaehicleleasellecenateendereparaerifferingesdayestabestigestorestrof"
        "endeffersfficefinisfolloforecfrencginiahinesholichowedhrougiamenicansicateicianictorientiientsimateindepinginishinithinivateivin"
        "gldierlikellizedllenglliamlogiclondolowedludeslusivmaisomeasumentometermmedimoneymonitmpletmurdencingneralnevernsuranterintestnt"
        "racntrolocateocietoctoromplaonduconsororgetorgiaoriesoriteorninoughoourseoutinoutsiovidiownerpaignperatpondepoundprocequarequick"
        "rancirategreachrenchrepaireprereturrietyriousrkersrtherrtiesselecsharesherishipssitivsketbsplayssaulssingstainstandstartstatesti"
        "ngstormstransustatatestchinthankthesethurstratetrollttracuantiuncheundayuniorurdayussioustomvallewaitiwebsixplic"
    ),
    (5, 2): "awckdldweofyghlflkmfmynknlnmnyofpmryswtmvywh",
    (5, 3): (
        "ackadsadyasnasuaugbegbikbowceicogdauddrdebdegdetdlydshduldunebtehieltemoetufebftegaigetghbgoihoohowhunhuricyiddidnietinginkipsir"
        "lirsirtitcjaijenlnelovltymbemebneonexnmennynronshnufnywogsoneorkothougozepeeppiraerehrksrlsrtlrulsafsetsrosuntaftayteptewtmetset"
        "tsubbubjuckuddufaummungunkuryushutcwyeéph"
    ),
    (5, 4): (
        "adinadiuaffoaileakinaliaalksalmoalthandcandmanthanuaarliarouartyaticattoavelawayayofayorbedrbeinbeloblacblinbloobonebovebrenbrin"
        "btaicalscapecaseccurchilchurcookcrosdancdangdanidarkdeeddelidergdescdetedinndnesdonadrugduciecipeclieeksefitegatehavelpielseemer"
        "emmaemseeniaenjoeranernoesolesotestoestyetheeutefeetfireflowfoodfreefurtgallgeneghbogitagningoingoldgreeguedheirhelthichibitican"
        "icioicklictuideaienciendieveilarilinimarindsininirthiseaitaritieittiiveljumpjunekelykesmkidslacklanklarklcomlearleasleeplicklies"
        "lifellinlocklrealucklustmailmaybmeasmedamersmetimiddmokemorempedmpetmptimustndlyndownecenessnextnfidngoinishnoonnsecnsinnstentia"
        "ntlyntronuarobleocceocusogicognioiceokesomeoomoronfeoniconlyootiootsorecoridorinorkeorkiperapmenpoulpretrabbraigrailrbacrcenreds"
        "rgetridariefrrelruggrushsaulsavischosearseenserishapshutslowsolvsonesorsspanspeaspotspresquissarssiassicsteestepstilsummswertals"
        "tarttateteamteerterethinthleticstiestingtizetodatometruetsiduddeudenugaruietullyumbeumpeundsunseupcourchurpourseusbaustoutivvani"
        "verevidiwerfwifewithwronxtrezenszing"
    ),
    (5, 5): (
        "acadeacteraddinafforalthoameriannelanninareasarrisarterashedasonaassetatterauranautifbeingblockbrainbringbriticallscannocategcel"
        "ebcherscholacitincoholconfecouplculardecaddeciddeclidecordelivdiersdinindroppdurineasieecadeecallelandelateelcomelesseleviellene"
        "llinencouensureorgiequenercenerialeriouermiternalesticetainettinextenfantaferinffereficiafunerghoutgrantgreemhandlharinhearihigh"
        "ehingsholarhoursiberaicersicialicklyiculaidateiliariminginingionerislanisteriticaituteivelyizonalandsleteslibraliticmayormbersme"
        "thimissemmingmoinemouthnegotnentsneratnnounnoticntersomeonompetonferonfidongreopertorkedorniaorougorrowosureouslyoveraovernplayi"
        "ppearprenepresiprivapularratherciserderereadyreaserecedressuricanrillirkingroachroundrstansbandscreesellisidersociespreasprinsti"
        "castroytartsteriathirdthouttornetradetraigtriestroubtunatturkeuallyulateunlikunninuntiluntriuriesuringurredusseluttinveryovitiev"
        "oicevorit"
    ),
    (6, 2): "dnedeweyftlynwsdshtltwty",
    (6, 3): (
        "afealkalsaryaunbigbuibuydecdeodjudrudvadvodyieaseateavebsefiereesmethewhflygavgoagunhatiediewifuiggilkiouishiskisnitlitmjerjesla"
        "klayldnlewleyliklizllyloaloomeencyneenefnevnewneyninnthoicolvopyoryounpdapefpoepovppyreareorldroarokroorshrtfrthrtnrtysawsayseqs"
        "slssmstlstmtegtowtstubmuicundunnuthuyswspyaryedzedégé"
    ),
    (6, 4): (
        "actoagicailiaircalreamblanotarizarmsasicautibeacbeenbenebersbiggbirtbishbledborsburiburncanscareceedchdocohocuttdaryddeddemoderw"
        "dmitdousdreadriveadiealleauteaviecaueciaecifecutedibedlyeemseepieganegineneferaberederlyerstesouesumesusevolfailfarmfathferefing"
        "floofounfromgathgglighlyginggirlglingrabhailhdowhereherwhimshinkhownhreehroohwayicericiniduaietyiffeighbiniaioneiquiitelitinitme"
        "izinjulykillkorelieflimbllowlopilowilysimarkmattmeanmemometametrmonemostmounnamencinnersnesonighnninnnotnownnrolnshinswenymooday"
        "odeloholojecommooninoppioricotinouseowedoyinpackpanypealpeliponeppenprefpushreasreatrengrepuribbriberilyringrleyrrayrtmeruckrunn"
        "rvinrwisscraseemsenishousixtsleesmilsonaspeesraesroossfustowsuriswimtexathattmastormtoryttinuickumptuntyurinutcoutriveteviewvoic"
        "worsymenyriazonaésis"
    ),
    (6, 5): (
        "achieaddedailabailinalingallasalleyalonealysiandinanothansasapanearatearefuariesarvesathleauthoawingbeautbeganbeliebelonbillibri"
        "ghcallycarefcommocruitddingderaldicindoingdrinkdualsealineatedeautyeferrefineelingelleremailemaleemergendrienienenjoyennetentiae"
        "ntlyepingerestermenetaileveraextreeyondfallsficalgerougettiholdshysicideasidersigherikelyinessinsteiringisraeituallinicliquilitt"
        "llivinluntemarijmazinmunitnadiandianndorsnferengingnicalnitienteerntencntingoderaolateollowolvedomputonestonnecopeniopriaoreigor"
        "idaountsprettpriesraiseraitsrchasrdensreditregiorequerialsrituarojecrriagrésissavinsectosettislighsonalsoughssertstadistomestren"
        "studytakintenditerdatherethoseticiatopictorintracktrailtreattroitucleaundreuneraurkeyventsviduawouldxperi"
    ),
    (7, 1): "w",
    (7, 2): "eeldowthéi",
    (7, 3): (
        "aidalwanwanyatfavybeeboacedceeceochdcovcowdeadooearecaeldelfelyeshesnetlfulglyhavheyiefiftighimsiowirpjefjoylealeeleflowlsomakma"
        "ymeandmnoonsloesogyomyoployspedpoopumrawreerewrgyrlyrowsehsevsewsfussrststeetoottytufudyueeunputlvedxchyee"
    ),
    (7, 4): (
        "addraddsadvaairlallyappyareaaredartlartnatedauceavinayedayinbathbecobestbiescallcerscingcitycolucopycrewcruicticdeasdemydepadepe"
        "detaeadyeansedicegedeleaelebeledemptenatennyeraperatergyestlestsettievioexchfamofielfiftfostfriegethggleggrehackhairhalfhankhaps"
        "hdayheckhmenhomehrouhugeintoiousiraqisasittlivinkeptlannleavleftlerylesslikelothlvedmallmbramenimingmmedmmitmothmpanmpicmpsomurd"
        "ndepndinndscnemanetwngrynguannounortnseqnsumntegntownualnvinokedolouomewoopsorthoticoughousaouthovidperiplaypockprayprecpridpurp"
        "raftralsrankregureigrgiarhoorietriourittrveyrwarsandsecusemiserssmalsotasquastaktaskteadtepsthostioutishturnturyudinumstuttivoti"
        "wasnwebswentwerewiceécor"
    ),
    (7, 5): (
        "acrosadvicaggreaisinallinalmosamounanguaannotannuaapersappenarelyarkedarninarrieavingazingbasisbillsccounchairchanncharacheckchi"
        "efchingclarkclockcoopecordicreascrisictorydegrederstdeveleasedeautiebateecameecoraeforeeighbemonsenrolerfulerieneteraeventeviouh"
        "avinhemseherapholidhorithousaichigidingiendlindiaineerinersintegintininuesismisisticitalsiticsitiesitingjurielitarlizatlutelmble"
        "dmedicmovinmpaignderfnnersnsidensteanterentertntiesnturyogicaolarsollegomingonderonthsontroopicsortinouredoviespaintpenedperhapl"
        "annpremepresepursuraisiravelrectoretairisinrmanyrobleronicroughrovalrovidrselfrsonsrugglrulessandsscorisidessincesitorsongssteps"
        "stickstreestudesupresystetempeteredtevertighttomertressturnsudinguicklulatourposutingvacatvestmvisorweeksympicythin"
    ),
    (8, 3): (
        "aiicizdefdowefteirelperyesiesyetbezefeegivgoviecievildilyiérjobleglrelthludmeomovnlynswnytonmopmpokrmsrnsskstlyuedughulyuncuntus"
        "butdutyxthzat"
    ),
    (8, 4): (
        "adeqaduaagaiainfasidatevatmeattlaughauncauntauthazedbelibesiblambothbrarbruabsitbursbusycelecenecereciescietcitickedcleacrafcrea"
        "cribcrowcumbcustdeatdishdmendonedrafdviceaniegoteingeiveelivemphencyenedeninennserageralesomesulevotewspfighforwfreqgeargiftguys"
        "heldhiclhusbidinillsilsoirelirstitseizedjanujapalayilleylmoslutemetemilkmindminnmongmonympainalsneatnlesnocknothnseloalsonedored"
        "orryosalosecotiaouldoutlparkpecipeniperhphomplumppoipredprehpreppricrcumreseresiresoresuriedrighripsrneyrongrrowrugsruthselfsend"
        "sfulsittsorrsounsseestaysteastlysuedtarytaugtimstooktriktrultruttryitunaualsuanauaryucedupgrupreurkevegevelyviorwant"
    ),
    (8, 5): (
        "achedacticadisoagingaininallegallowalongamonganciaandscannouapherarenearietaringarrowatestbandsbelowblishbottlchasecianscretacto"
        "rsducinealizecreaeduceegislelopeembraenhanennedenniaentarequesernooervinesseeethinetterfallificerflighfordafrankgreedgrounhorseh"
        "ouldhundrickediendsillinimaryimmedinalsineseiniteionarioninisastissinitaryitteelessoletellicanlidayllerylpingmarrimarshmistamite"
        "dmixednewspnexpentallntirenyoneolicyologyompanonseqopponoritiostinporarposesppliepraisratinratorrchinredibregatrengtreplyricalri"
        "marrizedrmersrmingrsitysappesceneshowissetsstriktainmtasteteralteranternotheirtionetomortrafftselfttorntuesduarteudiesunityurney"
        "ursinvativveragvestoviewivotinwarenxican"
    ),
    (9, 3): "aftalraxpbvideedeqduaeivemsesdesefeaifyirditylawltsomfpeopowrdlrstrtmryiseesizslytakttluldumnunfupdutpvehxec",
    (9, 4): (
        "adedaighailaaitiamagapedapriarlyatlyavedbearcceeceaschoocoldcomecoundenlderfdesidoinduceebodecoveduleighellsembeendlepubernseryo"
        "execfencfirsfishfledfloafridglazgreagthehelphougieldirclircriteditizizatlarllauglaunlicylighllaplogylopmluabmysenailndshnearneed"
        "nesenitynnuanonenounnumboceeofteoingoiniopedoraroutfovedpastpitcpleapopepracprevproaproopurcquicrdayrishrkedrniarulyrumpseassepa"
        "sighsitysougstuftalkteactemstobetomstrokuinguledunaturdauredurnsurthutstvolvxamp"
    ),
    (9, 5): (
        "ackedaneseaphicargetarminateneatingayersbattlcomindelayderindiffedisabdoubtdvertealedeitheelopmerracessareturneveryexampfalsefor"
        "thfourtfugeefurthgencigencygineeguishhnicaimalsinaryircumisingitorsiverejectslevelliamemilarmineenerabngthennessntaryockedocraco"
        "metiommitopingorminorneyotersparinpartnpartypendiperlypioneppenepringquiteraduaratedrdingreallrecrerenewrettyrgingrmallrnessroce"
        "erosecrsonartunarvestryonesantasastesettlsouthspecitatemteratthroutialltianstrucktrumptweenuidelulingunitsurrayusingutheautifuva"
        "riovival"
    ),
    (10, 3): "blydaydoeetyfewgedipmithledmucnednowonlphsrsdssfusl",
    (10, 4): (
        "abovaheaaimsalizalsoarmyassrbbedcaugcioucomfcumscutsdebtdespdisrdjusdrendropdurieputetacevatffedfleegledhaulhiefhifthligialsilab"
        "iocelatflcohlfilllegmblimblymilynaryndaynjoynsasogetosinostloutppeatpenepledpregprilprizrfulrhaprninrnooronmrsarrtaksaidsclosmen"
        "stootackterytipstogetreeualluertuilduneruoteurglysel"
    ),
    (10, 5): (
        "actinaitinalcohamilyaniesasilyatrolaturdaveracantlcatedcembechievdisagecomiencinendinerdayetitieviewfestyglishiatelibraricensici"
        "esiencyinsidironmisersisoneitelyitoryiveneiveryleadilinedlistsloredloyeemprehmystenomicnoredollapolleaoluteonorsookedotatoovemeo"
        "vingpropequoteraliarandmrecovrenesrgeryschedsensesessmsionespentsubmisyriatellsternstoricttacktypicupplyurninurveyustaivembevene"
        "svenieveninveredvourixpandxtend"
    ),
    (11, 3): "etweumfivmewntlntyrmysedtedtrywsuyea",
    (11, 4): (
        "airmairpaphsautybecabetwbscrcerychedctindesedeskdgeddrovefeaehowejecelowemicemoventlentyepeaerybetryfiedheseicedicizinedisorispl"
        "istmistslishluntmethmighnallndeeniednliknteentryoistonshopeformspaidpiecpplypsetrcrareshriskrityrnamrnigsaryseumsomestrysuchsust"
        "tifytitytoldtougtrooturdveryvitywhicyone"
    ),
    (11, 5): (
        "abledagreealuabampaianishappedappoiarityarmedatefubliclbrougcarrycatincausichaptcolouctobedamagdemicdevicdiocedisasemelyenougerc"
        "iserousersarertimetaryfiledfreshgramsharacicityilitiindedindinionedionshitemslatedmembemetimminglmondamponengoinnishenitarnouncn"
        "quirntrieocalsomethonvinostedourthparlipliedpotatpproaprovaraphsrememrestlrgestriendristmriticrriedrrounrythiscribsionasoldissar"
        "ysubscsureltainitainttallytembetiniatoragubledumersundinunteeuragiurderurityussiaustryveral"
    ),
    (12, 3): "ctldedgnsjewoymplyrnmuxu",
    (12, 4): (
        "ablyacedactlagedailuainlaithalyzanizanswantlanwhanytardlartmasedasizasksauctawsuaxpaaygrbaijborhbrewcefuceivcilmcludcteddchidgme"
        "didndieddilydrawdrooeanweceiecogectlededefuleiliememendmermsernmessfetedettlfaulfemafetyftimgbuygedlginngiougnedgnizgrowhborheth"
        "hievhirdhoichtedhtfuibediblyidedifyiignmignsinlyiredisapisedisfiivedixedjoyijudgjuiclaimlemsliedlievlitylkedlledloymlpedlsewlted"
        "lumnlvemmanymehomeowmitmmplyncedncumndednelynempnesdneupngbungednglynomynonpnougntedntmenuinnusunwhinythobtaolunonthosedotedousl"
        "owevoyeepayipaympefuplunplyipounppeappedptedquakquirrcycrdedrdlyrelyrersretcrgedrmedrnedrsuertedrvedsaysselvsewhskedsmelsoilspap"
        "spokssedstedsuddtaxptefutelythdrtiedtifutitltreatrugttedtteetudyuctsudeduesduggluiltuipmuldnultsultyursdusedusehusuautedvealvels"
        "vilyviouvoidwhetwhilwhoswmakwnedwrotxpayxplaybod"
    ),
    (12, 5): (
        "abortacefuaciouacityactreadilyadmitafelyaignsaijanailroaimedainedainfuainlyainstaintaairedairlyaisedaitedalifyalityalkedalledanc"
        "edandedangedaniedanizeankedannedantedanteeanwhianyboanymoapidlappeaapplyardedardlyargedarnedarryiartedaskedassedatelyausedavilya"
        "vioravoidavorsaygrobablybaijabasedbberybecombegunbelovbesidbilizbinedblemsboastborhobortibsbusbuiltburglburiabutedcaredceasecede"
        "dceedeceiliceivecemetcentlcernscessfchoicciallcialscidedcilmacitedcizedclaimclimbcludicoredcostscouldcquirctersctimsctmencultycu"
        "sedcutordchilddenldealideemedeepedeepldefeadencydepicdepthdereddisapdiseadispldisrediteddmittdmothdoneddozendparedrawndredsdroom"
        "duallducedducesductsdultseacefeadedeagereanwheasileateneatlyeavileavinebouneceaseceivecomeecruiectedectinedgededrooeducieededeem"
        "edeeplyeeredeetedefighefullegedleginnegreeeivedeivereiveseivineizedelievelighelongelonyelopielpedelpfuelsewelvesemblyemeanemende"
        "meteemonyemovaencedendedeniedentedenthuentryeopenepeatepheweppedeptinequirerelyergedernederninertakertedervederwiseryboespitesse"
        "destedestlyetelyetratevelsewelrexplafacedfailufairlfairsfavoufeedifeelsfemalferedficanfickifindsfinedfodatfraidftimefulfifunnyfu"
        "sedfusingagedganizgatedgedlygeousgestsgetabggledgglinghborghestghligghtedghtfugiousgoodsgsideguilthardlhasedhaunthborhhborsheavi"
        "heckshencehomorhortlhowevhowinhrowihrownhtfulializiallyiatinicallictedidelyieflyietieievediewedifiediftedigiouigniniliesilityill"
        "edillegillneilroaimitsimonyimplyinallinelyingbuingfuinglyintedintmeinuedippedirefiirelyirmedisfieisitsissedistedistryitersithdri"
        "ttedivewaivityjoinejoinijoyedjoyinjudgmjunctjuredkesmakeswoketedkindskruptlacedlaredlarlylarshlassrlayedleadslearllegedlengilent"
        "ylesslletedliclylifyilisedlivedlleaglliedlmmaklmostlopedlosedloyedlsewhludedludinlystsmainimatedmeanimeansmeanwmehowmidstminedmi"
        "sedmitmemmendmmitmmmutemonthmortgmostlmovedmpounmptednagednaliznatednciesnciplncleancludncreandchindfatndledndnesndparneedenegle"
        "neighneithnewesnfodangbuyngsidngtimnimounisednistsnizednizernizinnjoyenjoyinnesononprnormonosednotednprofnscionsumpntifyntitlntm"
        "ennuingnusuanvolvnwhilnymoroatinobsbuobtaiocacyoceryoduceoeveroggedogizeointmokesmokespokeswolledollmeolumnolvemomehoomemaonallo"
        "ndayondedonglyongoiongsiongstongtionomyonproonsiboodedoosinootagootedopefuopeneophomoppedoptedorcedorcycordedorhooormedormouorte"
        "dortlyorylootallouchdouldnoutedoutliowerfoweveownedparedpartmpatedpcomipearapeatepenerpertypetinphasiphomopickspiredpledgplishpl"
        "oympollsponsiposalposedposinpplyipreliprisiproudpullequipmquippragedraginrailrrandcrarelrayinrbaijrchedrcyclrdlesrdrobreceirecog"
        "rectlredicrefigrefulreholrelearemelreminremovrentlreoverepearestsreveareviorgelyrgeterguedribedrisdirisedritinrivedrmerlrmousrni"
        "ghronglronouroopsroupsrovedrovemroyedrracerryinrselvrsitirstoortakertedlrterbrtesyrtrayrumorrwhelrybodryingrylocsadlysarilsavess"
        "busiseatsseeksseemssemifsewershownsiblysiciasitedsitiesitinsivelsoredsplacstifystretstrugsuallsuffesuitssultssumedsuminsuredsurr"
        "oswerstablytackstainltairstaneotantltayedtchedteammtedlyteerstempttenedtenintentltermstewidthdrathougthrivticiztiliztitortivelto"
        "lentowartrengtriedtrolstrooptrulytryinttempttledtualltuatetudenucceeucheducinguctedudgesudieduentluireduiresularlulfilultedumped"
        "umptiunceduncesunconunishunoffunpreunteduntieunusuuotedupcomurelyurersurglauriedurnamurnedursueusandusehousersushedussedustedust"
        "eeutreavailavatedventhvernmverwhverybvidedvidinviliavisedvistsvitedvolunvotedwageswasheweariwerinwhelmwhethwhilewhosewmakeworsew"
        "rotexactlxceedxietyxistixplaixposuybodyygrouylocaypica"
    ),
}  # fmt: skip
"""Halves and length of the groups to the groups, one after another."""
