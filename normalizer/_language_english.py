"""Groups of letters that speak for English and against French: data, made by a program.

The logarithm of how much likelier a letter is after the letters before it in one language than in the other, in quarters, at most 24;
from the n-gram counts of lingua-py 1.3.5 (Peter M. Stahl, Apache-2.0; counted on the Leipzig corpora), the 12,500 that weigh most.
"""

from __future__ import annotations

GROUPS: dict[tuple[int, int], str] = {
    (1, 1): "ot",
    (1, 2): "acalamanarchctdoelepexfoiaifimivlimoopphplpprbrdrgrnrorprsrvsfsyufunuswrzaébém",
    (1, 3): (
        "ardbabbalblabuschochrcinclecoucradatdisegieigemaembendersetaferfiefitfregroialianiceielimejuslermajmanmilminmusnalnatncinfonqu"
        "ntanteogrollonioonperpheponposppoptirasrcerchrelreprevricriorivrmarrirrorturvisalsulsustaltectelthrtraturuffurausaver"
    ),
    (1, 4): (
        "abilalesanceangeanieannoappeapprargeaturcentceptchancidecloscultdireecomemaiemplenceervihousightilitinatinceinesisioistijourld"
        "inlionlosemajommenmplencluntranvesociaograointonneortsouchouvepoinpossquipremerentrogrroterticsidessiostratimetivetmentrattric"
        "ussevicevisiying"
    ),
    (1, 5): "changconcecontecountecondeuropfinalfoundgreatilliomentamillinningntrepontinordinrograseconsentesociationatituttransupporvisit",
    (2, 1): "b",
    (2, 2): "ataxbucaclcsdmeceierfugyhbicigjalllomtmuodohorotoxpepipsrusmspsttbtcutvezièn",
    (2, 3): (
        "achainalmamoaptbutcauccochicilcitcksclucooctocurdemdevdgeecoepeespextffeffoforgathaphichilhinibiichilaileillirciscitsivekinlam"
        "licllomasmermpanagnetnicnionjonornsinsontsnveobaocaoctogeonaoreoseoutownpmepoppplpreproquiquoragratrdsrecriarigriprlirolrotrts"
        "rumsamsassecselsidsigsisskespestaterthativtoltuducauchudeuinuitureuvaweawelwevwneworzen"
    ),
    (2, 4): (
        "acceaccoachiakesamilanniapplarcharreassiaterbettblemboarcamecharclaicollcondconvcordditidustdébueaseecenensuentiepareporesides"
        "tifficfilmgestgramhersickeinalintsionaiscoisitistaitalituajustldrelistllarllermartmodenancnmennsibnsonntalnterntinoardocalompa"
        "opleotalouriparapartpeutprinprogractraisrangransreakrealrestrevirianriorrisorivarqueréalsonsssagssibstinstrisupptafftanctralub"
        "leuencuppouragurneuteruvervidewhatécur"
    ),
    (2, 5): (
        "ablisadersalistapproarticbilitclearcollecompadirecdistrdressetweefestigainshargeicultlancematiomentsndustonstrontenortunothero"
        "urnapagneprotequantractiranchreaterencerrentservesmallssuretenanteresthingunderétait"
    ),
    (3, 1): "fg",
    (3, 2): "adasbbefheidiniujijulmlsltnhnjrfscsgtouaubwoyozzècèm",
    (3, 3): (
        "ailaimaldameanoapearsaveavibrabricalcancenciacifckicutdavdéjeenefoegoepheutfacfiggulhadheehishroiamicsidsjoikankeskidladlecloc"
        "lotmacmitmpunernnonovnspnstntinutoolovepatpecplapoipolporrafralramrefregrmornorovsixsmispistytictigtiltritunubsudgugguniuppups"
        "urdurrusiuspusuvacvalçoiègeédaémoére"
    ),
    (3, 4): (
        "alifamplanneannuantaantiaperasinatesativaudibaseblicccescesschenchesclasclincostcrimctordatedealdiandisadistdresdémodéteectoed"
        "geedneeedseffoelatendeensientsenueericertiespeestaesteestrfivefullgainghtehallhandhavehoulificigerigniildiisinissiketslayelian"
        "libelooklowemalemissmunincrendusngesnginnsidoderomanomplonteonveordeordsoriaortuourcowarpaulporapostppropresprosqualquotrderri"
        "alristrivermanrminrovesevesimisourssissticstorsuittaurthortifitisttradtréeuestuffevallvancworképub"
    ),
    (3, 5): (
        "aboutafricangesarresayingcallecommucomplconticonveemploenneserateerenterieserstaestauestergenericieniscusishedissuelearnmpanyn"
        "iverntialntralogethonditontraouverowingperceplayeppellprimapromiproverantsrecenreporretirschooseasostablstrontarteublicudentue"
        "sdaventuversi"
    ),
    (4, 2): "aebeebevhwkelcndoerltfucudukulupwnxcxpyi",
    (4, 3): (
        "aboadvaguallarnaseashastateathaudbadbinblobooboxcceceacioclocrecusdaldardepduedéceadengenoepoescessetseveewefasfirfloghlgmtgni"
        "heihouibeifeinniorlaclanlaulenlexlivlubluclunlurmadmelmemmicmidmmunitnotnsuntunçoolsongoompinpleprapunracradrarrdarkeryosaisho"
        "sivstosubsuptartastiatéguaruenuesurburnurturvuseutsuébvasvidvocwayzinéanébe"
    ),
    (4, 4): (
        "acinaffeajorakenalwaamesannaansfarkeartsbrowbuilcrédculacurrdefedoordowneachealteateecoreekeehicelecemocemorendiendoerinesdaet"
        "hieverfactfilefollgoalhardhernhighhoolibutigioigurimalimatimilimprincrindoineeinspinstinsuipatiremkendknowlandlansleanlegellec"
        "lorelossloveludelusimainmarrmbermselneveniteoducokinolicommuonceonsiordiorldoundpainpapepassperfprovraderainrallraphravereadre"
        "lerenereparetarettrickriteritirokeroserousrtersellservsiersoonssinssorstrostudtchiteletensthemtialtititonetourtrontualumanumme"
        "usanusicvaluveravotewritégiméric"
    ),
    (4, 5): (
        "accesafficakingalismargesavailcentechurccientcipatconsicrossctingedneseffecendraentalentraericaessivessoretherexprehethehoughh"
        "ousehumanhursdifferiginaingtoinsurinvolionnaitchelayinlebralientlusiomanagmattemmunimornimployndingnificommerommonompleongeror"
        "derormanpermiplansployepolicportsporturchesroducronmerrestrvatirviewselvesometssembssuesstillstricsuisstentitienttouritraintti"
        "nguturevalueérité"
    ),
    (5, 2): "aydfdgdsggksmlnbnppdumuyxaxt",
    (5, 3): (
        "adlagaagoaheasoasybetbircklddldiddiudusecuedleemelierferiesoesuetcetieupfamfolggegiagingreguyhashugittjulkeeklylablarlatletlev"
        "lkilosltolummexmormpeménncrndlnianumoarobeoceokeokionyoodornostoulpacpappotputrayrazrizrunsapshetimtintruttotéeualuceupouriurp"
        "volvotwerwitwroyouécoéneôte"
    ),
    (5, 4): (
        "actsagnoagreailsaitsalenambeanspançoaustblisboutbratcaptchalchascomicottcoulctuadeepderaderidiesecreefeneminencientuerceermafi"
        "cefocugamegateharehinghletinarinneintaipleireckeepkindlderledglevilinglonelongloodmakimastmatemuchncoundarndleneranizenkinnlin"
        "nnernquioesnoirsolatolveomicominompeonoronsuontaopenouisoverparepercpingploypollquarquesquetrdenrdinrecereporoadroomroperossrt"
        "unrvesrvivsharshipsizesoutssivstarsterstigsurasurptailtainterithoutripuivauntrurrevailverivingwatewhenwill"
    ),
    (5, 5): (
        "acheractuaaissaalwayanuarartmeasterbecaubenefbiggechallcienccombicommicongrconsucontacritidatesecausellowembereningenterentire"
        "rageernetforeifriengistehildristorknownlaterlegallievelookimakinmericmoviempanimprovnagernimalnitednominoblemoftenombinommenon"
        "trioppororateotingoughtpassipensiperiopionsplainporatpourspposeributridayriencrowinsevershoulspirisuggetakentempotraveturaluni"
        "tevenuevertivolveweekeymentystem"
    ),
    (6, 2): "egeqizmcmrovrhslsvtnze",
    (6, 3): (
        "altandausawnayibeidendumdureceeciecledneedegeeguelceleeppesafalfelfocgicguahbohreinljimliflseluelveléamedmigmmimmomoknecnignks"
        "obbodaoiloinopepairedrfuridrinromrporugseysiasinslismasomsucsueswetaxthetsittiullumpurcustvarvatvinwasyes"
    ),
    (6, 4): (
        "aginalanamonampuarinarthasheasuratheatinauseavoubatebegabillbodybondcadeccouchaecoveddredecedevedoubdvisebsieedeegalellielloen"
        "esenfoepreertoetinevidexpafferfrasgiesglashirehoteiateibraicalildrimselatelebrloitlorimanamerinaldnatencianielniesnjurnsornsur"
        "ntriolinommiondoontiontooomsorksorpoouploupsourtowinoyalpagepliequieraterictridgrmerrrenrustryinsalesbanshotsincsmitssesstemst"
        "evsuresurfsurvthirtigatilltiretrumttraucceunciuperyourémonétat"
    ),
    (6, 5): (
        "actoralizearranaugusbordecampuchildcorpocourtderateallyearineliveepareeralleservfactofullyhreatimproincidinjurittinjournlivesl"
        "lingloridmancemmittmountnamednativnatornistenizatntainnumbeomersoningormerortioothinountyowledpartspprovrainirivatrvingseriost"
        "ersstimasuccetorietricttudieutherutterxplor"
    ),
    (7, 1): "hky",
    (7, 2): "akcydvgshtlpokqarwsbtdxh",
    (7, 3): (
        "akeamsarearkaulbacbedbovbrocosctsddederdogdrieakealefeeitepaerwetefatfrofunghtgodgoogushedickizejunkedknolapldrleplinlmomoonam"
        "nclnnioadoidoksomepicpurquaschsicsmosofsplsumtoduiluirunsuvivorwouxcixpayetyinéfaésu"
    ),
    (7, 4): (
        "abouadiaaisialexalonangiansiarilavorboysbusicastcateciancorndaildamadatadlesdoesduatdécoeasoeasuecemedinegraenglennientherioes"
        "pietweevelexcifastfineforeftengradhilehopehouthowehursideoidéoivatjamekingknewlanelersliamlizeltholwaymakemendmithmmerncilngli"
        "ngthningniornsivntilocieoiseolarolorombioneyooksotheousiovespatepictprétreplrginrisiroidrollrounsayiscotscovsdayseekselesesssh"
        "edsingstafsualsubjtaketestthretrolttactuckuiseulinunitusheutsiwledwoulyers"
    ),
    (7, 5): (
        "alifoallenalthyancisanderanginanistanneraprilarlesartinattacaturacalifcificcolorconnecutivdentsdriviearlyeatinebsiteconoenerae"
        "presequalesdayessesfathefinisgraduhoolsicateicianientiimateinginiouslistenistriithinlizedllengmedianallyneralnevernnualnotheoa"
        "cheomplaourseoutsipaignpoundquestreachrecorreducreforreprereturritieritissitivsteadstoretalentchintendethankthemsthesethurstic"
        "altilittrateuniorurdayvanta"
    ),
    (8, 2): "dyeaehekikknlvmsngoaoorksnug",
    (8, 3): (
        "acyaddaigalfankaskblubotbsicoadelduceckeneepierhgamgifgotgthhighnshusidgirglaslazmosneaneiockodyoldorlpanpeareqrryseastusugsvi"
        "tiztwoukeumbveywedxasxpe"
    ),
    (8, 4): (
        "adviafteainaainiaiseaniaanicansaarshasonatorbackbornbrotcashcheccracderedersdestditodogsecesecidecurediteemeeforeithelayellyen"
        "dserfuerryershexpeexuafitsfundgoodhickhildholaholdhurcieceinclinvoitorlainlarylenglestletelittlivellenmiesmittmovemproncomnduc"
        "ngreookioperostsountpetepherpickprévquenquitrashrecaremaremoriesrmésroceroudrougrtonrésuscresitosongssaussuesundterstertthisti"
        "cktoiltorntorstouctremtrentrustterugusularuralusinuthovirgwishwnerysteythi"
    ),
    (8, 5): (
        "acingagainamageareerarianassesawarebeginchinaciatecompecribedescrehicleleasenateendereparaeringestigestorffersfficehinesictori"
        "entsindepishinivateivinglikellliamlowedludesmaisomeasumetermmedimoneympletmurdencingnsuranterintrolocietoctoronduconsororiesor"
        "ninownerperatquickrancirategriousrtiesselecsherisketbssingstainstandstartstatestingtatesttracussioustomvallewebsi"
    ),
    (9, 2): "bydddweoghlrnknlpysk",
    (9, 3): (
        "adsapsbikdetdinduneaceameapeltelveopfargaiheahuricyiesinkirsitnjecjohllsltylyinexnmenrontonuaodsoneopsorkppirksrtlsunteatseudd"
        "ufauidvrovulwyexin"
    ),
    (9, 4): (
        "addeadinalksalmoanaganinareearliategaticbankbasibefoblacblinbloobouncookcreedangdelidingdnesdorseciseeksegioegulemerempeestyet"
        "aietheeuroevedexicgitagoldicanideliencindsinniioniisheissuiticittijunekidslastlicklocklopelustmetimilemornmpedndernextnnecnoon"
        "ntronvologicoiceolloomeooorsoothorecoridorinorkiouncoutsperapmenpretraidrothrowirowtslansorsspantandtatetheyticatingtodaudenun"
        "deundsuntiustowalkwronésir"
    ),
    (9, 5): (
        "adingalthoameriardenareasarounatterautifcademcitieculardurinecentelateeleviensurerialeriffermiternalestabfferefollograntgreemh"
        "earihingsholichrougicansiculaionerlogiclusivmayormissemmingnnounntestntracocateopertoriteosureoughoouslypondepreneprivaprocequ"
        "arerietyrkersrkingroachrstansbandsharesociesplayspreastormtradeulateuncheundayuriesuringvorit"
    ),
    (10, 2): "awckfylflkmfmynmnyofpmtmvywh",
    (10, 3): (
        "ackadyasnaugbowcogdaudegdulebtehiemofebgetghbhoohuniddidnietingirtitcjenmbenshnufothougrlsrulsetsrotayteptewubbuckummunguryush"
        "utcéph"
    ),
    (10, 4): (
        "ailealiaanthanuaarouartyattoavelawaybedrbeinbeloboveccurchilchurdancdrugecipefitehavelpiemseeranernofeetfiregallghbogoingreehi"
        "chictuininirthitaritieiveljumpkelylacklcomlearllinmersmiddmorempetmptindownessnfidnishnstenuarobleocceocusognionfeoniconlyooti"
        "ootsrailrbacrcenridarrelruggschoseenserishapsolvspeaspotspressarssicsteesteptalstartteerterethinthleticstometruetsidugarumbeur"
        "churpourseusbautivverevidiwith"
    ),
    (10, 5): (
        "acterafforassetauranbeingblockbringcallscannocategcelebchersconfecoupldecaddeclidelivdroppecadeecallelcomelessellinencoueorgie"
        "riouesticettinextenficiaghouthandlhigheholarhoursiberaicialidateivelylandslibraliticmbersmethimoineneratonferorniaorrowoveraov"
        "ernppearrciserecedressuricanscreesidersprinthirdthouttriestunatuallyunninuntiluntriuttinveryovoice"
    ),
    (11, 2): "dlewryswtlty",
    (11, 3): (
        "afearybegbuyceidebdjudlydsheatebsefiereetuflyftegoigunhathowiedirliskisnitljeslaylovmebmeenevnewneyninnnynthogsopyoryozepeerae"
        "rehreorldsafsaytmeubmundunkunn"
    ),
    (11, 4): (
        "actoadiuaffoailiakinalthayofayorbeacbeenbenebiggbishbrinburncanscapecasecrosdarkdeeddergdescdetedinndonadreaducieclieepiegatel"
        "seerstesolesouestofereflowfoodfreefurtgenehdowheirhwayicioicklideaiendilarilinimariniaitelkorelankleaslieslifelowilreamailmatt"
        "maybmetrmostncinndlynecenighnownnshintiantlyodelojeconinorkeousepackprefreasreatredsrgetriefringsaulsearshoushutslowssfussiast"
        "ilsummswerteamtiestizeullyunseutrivetewifeworsxtrezenszonaésis"
    ),
    (11, 5): (
        "achieaddinailinalleyandinanninarrisarterathleauthobeautbeganbeliecholacitindeciddoingdrinkelandelingellenemailercenetailextref"
        "antaicersicklyiningisteriticanegotnitienoticntersntingollowomeonompetongreonnecorkedplayipresiratheregiorojecroundsavinsettiso"
        "nalstrenstudyterdatherethosetornetraigtroub"
    ),
    (12, 2): "dnedeyftlynwsdshtw",
    (12, 3): "aunbigbuidecdrudvadvoeavgavgoaiewifuiggiouishitmlakldnliklizneenefoicolvrearoarokroorthrtnsawstltegtstuicuthwspyedzedégé",
    (12, 4): (
        "agicarizarmsautibersbirtbledcareceedchdocohodarydmitdriveaviecaueciaecifecutedibeemseganenefesusfailfarmfathfounfromgathghlygi"
        "nggirlglinherehinkhownhreeiciniduaietyiffeioneiquiitinitmekillliefmarkmeanmetamounnamennotnsweodayoholoppioricotinowedppenpush"
        "repuriberilyrtmerunnrvinseemsenisixtspeeswimtexatormtoryttinuickuntyviewymenyria"
    ),
    (12, 5): (
        "ailabalingaloneanothansasarateariesbillicommoddingderalealineferremaleemergenjoyentiaentlyeresteyondfallsgettihysicideasikelyi"
        "nessiringlinicmarijmazinmunitnadiandiannferentencolateomputopeniopriaprettraiserchasrequerriagrésisssertstaditiciatopictrailtr"
        "eatventswould"
    ),
    (13, 3): (
        "aidalkalsboacowdeadeoeareaselfethewhfuliefiftilkirpjerjoylewleyllyloaloomakncyndmnoonslounpdapefpoepovppyrtfrtyseqssmstmststow"
        "uys"
    ),
    (13, 4): (
        "airlalreanotartnasicayinbathbecobestcrewcuttddeddeasdemodemydepeeadiealleautedlyegedeginelebelederaberaperederlyfielfloogethha"
        "lfhimshroohrouighbintoiousivinizinjulylannlesslikelimbmemommedmonemothndepnersnesonninommoorthoughousaovidpanyperiplayponerank"
        "rietruckscrasecusleesonasotasraethattmasurinvoicécor"
    ),
    (13, 5): (
        "addedadvicallinamounavingbrighcallychaircharacheckcoopecreasdualseatedeighbellereveragerouhavinhemseherapholdsholidhoritidingi"
        "gherinersinsteisraeitinglittllivinlizatmedicmovinndorsngingnteerntertoderaolarsolvedomingonestonthsortinperhaplannpresereditri"
        "alsronicrugglscoristomestreesystetakintenditeredtracktressweeksxperi"
    ),
    (14, 1): "w",
    (14, 2): "eeldéi",
    (14, 3): "alwanyatfbeecovdooecaeldelyeshesnhavheyighimslealeeleflowmayomyoployspooreergyrlysevsfussrteetoottytufudyutlvedyee",
    (14, 4): (
        "allyareaaredatedavinayedcallcerscingcitycolucruicticdetaeadyediceleaenateratergyestsevioexchfamofiftfriegglehairhankheckhugeir"
        "aqisasittllothlvedmbramenimingmpanmpicnetwnguannounortnsumntegnualokedoopsoticprayprecpurpregureigrgiarhoorveysandsmalstaktead"
        "tishwebswent"
    ),
    (14, 5): (
        "acrosaisinannuaappenarrieazingbasisbillsccounchannchiefchingcordicrisictorydegrederstdeveleasedeautiebateecameeforeemonserfule"
        "rieneteraeventeviouichigindiaineerintegintinisticiticsitiesjurielitarmpaignderfnsidentereollegontropenedraisirectoretairisinro"
        "valrovidrselfrsonsrulessandssidessincesitorsongsstickstudetevertighttomeruicklythin"
    ),
    (15, 2): "owth",
    (15, 3): "anwcedceoetbglyiowlsomeameomovoesogyonmpedpumrawrewrowsewskstlyuedueeulyuntutyzat",
    (15, 4): (
        "advaappyasidatmeattlbiesbsitcelecenecerecitickedcopycustdepadishdoneeansemptenedenineralesulettiewsphapshmenhomeidinkeptlayile"
        "avleftlerylleylmosmallminnmmitmongmpaimpsomurdndinngrynseqntowouthoutlparkpridraftralsriedrighrittrongrugsruthrwarserssfulsqua"
        "tarytasktepsthostioutooktunaturnturyualsuaryudinuttivegevotiwerewice"
    ),
    (15, 5): (
        "allegalmosanguaannotapersarninbelowblishclarkegislentarethinetterflighhouldhousahundriendlimaryiniteinueslicannnersnsteaondero"
        "nseqopponostinpaintposespremepursuratorrmanyrmersrmingroughstepssupretainmtempeteranternotselfttornudiesudingurneyurposveragve"
        "stmvestoympic"
    ),
    (16, 3): "dowefteireryesifeegivgoviecievilyjoblthnlynswnytpokrnsusbutdxth",
    (16, 4): (
        "aduaagaiatevauntazedbelibesiblambothbusycleacrafcrowcumbdeatdmendrafeaniegoteiveelivemphencyeragfighfreqgiftguysillsilsoirelir"
        "stitseizedjanujapamonynalsnocknothoalsonedoredosalotiaouldphompredprehpreppricresiresorrowselfsendsittsounsseestaysteastlysued"
        "taugtriktryiuceduprewant"
    ),
    (16, 5): (
        "achedacticagingaininanciaarenearietaringarrowatestbottlchasecianscretactorsducinecreaeduceembraenhanequesernooervinficerfrankg"
        "reedhorseiendsimmedinalsioninisastissinitarylessolidayllerylpingmarrimarshmistamitednewspolicyoritiporarpplieratinrengtrimarri"
        "zedteraltheirtuesduarteunityvativvotinwaren"
    ),
    (17, 3): "bvidefelpfeaildleglreltsludopmpeormsrstrtmseeuncunfupd",
    (17, 4): (
        "aitiaughauncauthbrarbruaciescreacribdvicecoveduleingembeepubernseryofencforwfridgearheldhelphiclhoughusbircllarllaunmetemindnl"
        "esnoneoingopedorryosecpecipeniperhpopeproarcumrdayreseresurneyrniaseassepasougteacuanauinguledurkeutstvelyvior"
    ),
    (17, 5): (
        "allowalongamongandscannouaphicdiffeealedealizeitheelopeessareveryfordafurthgrounhnicaickedillinionarisingitteeletellevelntiren"
        "yoneockedometiompanorneypendippenepraisratedrenewrettyricalrsitysceneshowisouthstriktastetatemthroutionetrafftween"
    ),
    (18, 3): "aftalrdeeduaeivesdeseifyirditylawomfpowrdlryisiztakuldveh",
    (18, 4): (
        "aighailaamagavedbearcceecoldderfdesidoinduceeighellsfishgreagtheielditedizatlauglicylighnearnesenitynumbofteoiniorarpastpleapr"
        "acprevpurcquicrishrkedrulyrumpsighsitystuftomsurdaurnsurthvolvxamp"
    ),
    (18, 5): (
        "argetarminatingcomindisabdoubtdvertexampforthfourtfugeegencygineeinaryiverejectsmilarnnessntaryocracommitorminpartnpartyraduar"
        "dingreallrecrergingrosecrtunarvestsantasastesettlspeciterattialltrucktrumpulingusingvario"
    ),
    (19, 3): "axpemsnowttl",
    (19, 4): (
        "abovadedalizalsoapedarlychoocomecoundebtdropebodendlexecfirsglazhiefitizlatflcohlopmmysenaryneednnuanounnsasovedrhaprsarstoota"
        "lktemstipstobetogeunatuneruredysel"
    ),
    (19, 5): (
        "ackedaitinaneseaveraayersbattldelayderinecomielopmetitieturninsidircumironmitorsleadinomicolleaopingotersparinquitergeryrmallr"
        "sonaryoneschedsessmsionettackurninustaiutifuveredxtend"
    ),
    (20, 3): "ithledmucnedonlrsdssfusl",
    (20, 4): (
        "aimsassrbbedcaugcutsdespdisrdjusdrendurietacfleegledhifthligialsilabmblimilyndaynjoyogetosinostlpenepregprizrfulronmsmentackte"
        "rytreeuilduote"
    ),
    (20, 5): (
        "aniesasilyatrolcatedcembechievencinendineviewfestyglishiatelibraricenslinedlistsloyeemprehonorsovingpropequoteraliasensespents"
        "yriatoricurveyvembeveninxpand"
    ),
    (21, 3): "blydaydoeetyfewfivgedipmrmytedtryyea",
    (21, 4): "aheaarmybecacomfcumsdrovefeaeputevatheseisorllegluntmblymighonshpeatpledreshrityrnamrninrnoosaidsometifyuallverywhic",
    (21, 5): (
        "actinalcohamilyatefuaturdbrougdemicdisasemelyerdayetaryharaciciesindinitelyiverymembemetimnorednouncoluteookedovemeprovarecovr"
        "ememrenesriendriticrythiscribsionasoldissarytellstembetypicunteeurderustryvenie"
    ),
    (22, 3): "etweumntlnty",
    (22, 4): (
        "airmairpbetwchedctindgedemoventyerybicedinedistmistslishmethnallndeeniednlikntryormspiecpplypsetrcrarisksaryseumstrysuchsustti"
        "tytoldtrooturdyone"
    ),
    (22, 5): (
        "abledagreeampaianishappedappoicarrycatinchaptdamagdevicdioceenougerousersarfiledfreshicitylatedmondanishentrieomethonvinostedo"
        "urthpproarriedrrounsubsctainitallytoragumersundinurityussiaveral"
    ),
    (23, 3): "jewmewsedwsu",
    (23, 4): "autydeseededefulejecentlepeafiedisplmanyngedpaidspaptifutougtreatteetudyvity",
    (23, 5): (
        "aluabancedarmedaviorchoiccolouctobeductselievicallilitiillegindedionshitemsiterslassrngoinnquirparlipliedraginrestlrgestristmr"
        "tesysurroteammtiniaveryb"
    ),
    (24, 3): "ctldedgnsoymplyrnm",
    (24, 4): (
        "ablyacedactlailuainlaithanizanswantlanwhanytardlartmasedasksauctawsuaxpaborhcefuceivcludcteddchidgmedidndieddilydrawdrooeanwec"
        "eiecogectlememendmermsernmessfetedettlfemafetygedlginngiougnedgnizgrowhborhethhievhirdhtedhtfuibediblyidedifyiignsinlyiredisap"
        "isedivedixedjoyijudgjuiclaimliedlievlitylkedlledloymlpedlsewltedlumnlvemmeowmitmmplyncedncumndednempnesdnglynomynonpnougntednt"
        "menuinnusunwhinythobtaolunonthosedotedouslowevoyeepayipaympefupounppeappedptedquakquirrcycrdedrdlyrelyrersretcrmedrnedrsuerted"
        "rvedsaysselvsewhskedsmelsoilspokssedstedsuddtaxptelytiedtitltrugtteductsudeduesduggluiltuipmuldnultsultyursdusedusehusuautedve"
        "alvelsviouvoidwhetwhilwhoswmakwnedwrotxpayxplaybod"
    ),
    (24, 5): (
        "abortacefuaciouacityadmitaijanailroaimedainedainlyainstaintaairedairlyaisedaitedalifyalityalkedalledandedangedanizeankedanneda"
        "ntedanteeanwhianyboanymoappeaapplyardedardlyargedarnedartedaskedassedatelyausedavilyavoidbablybaijabasedbberybecombegunbesidbi"
        "nedblemsboastborhobuiltburglburiabutedceasecededceedeceivecemetcentlcernscessfciallcialscidedcitedcizedclaimclimbcludicoredcos"
        "tscouldcquirctimscultycusedcutordchilddenldealideepedeepldefeadencydepthdereddisapdiseadisplditeddmittdmothdozendrawndredsduce"
        "ddultseacefeadedeagereanwheasileateneatlyeavileavinebouneceivecomeecruiectedectinedgededrooeededeemedeeplyeeredefighefullegedl"
        "eginnegreeeivedeivinelighelongelopielpedelpfuelsewelvesemblyemendemeteemonyendedeniedentedenthuentryepeateppedequirerelyergede"
        "rnederninertedervederwiseryboespitessedestedetelyevelsexplafacedfailufairlfairsfavoufeelsfemalferedficanfindsfinedfraidftimefu"
        "lfifunnyfusedgagedganizgatedgedlygeousgestsgetabggledgglinghborghestghligghtedghtfugiousgoodsgsideguilthasedhborhheaviheckshom"
        "orhortlhowevhowinhrowihrownhtfuliallyiatinictedidelyietieievediewedifiediftedigiouiliesilityilledillneilroaimitsimplyinallingl"
        "yintedintmeinuedippedirefiirelyirmedisfieisitsissedistedistryithdrittedivityjoinejoyedjoyinjunctjuredkesmakeswoketedkindslaced"
        "laredlarlylarshlayedleadslearllegedlengilentyletedliclylisedlleaglmostlopedlosedlsewhludedludinlystsmainimatedmeanimeansmeanwm"
        "ehowmidstminedmitmemmendmmitmmmutemonthmortgmostlmovedmpounmptednagednaliznatednciplncludncreandchindfatndledneedeneighneithng"
        "timnimounisednizednizernizinnjoyenjoyinnesononprnosednotednprofnscionsumpntifyntitlntmennuingnvolvnwhilnymoroatinobtaioceryodu"
        "ceoeverointmokesmolledollmeolumnolvemomehoonallondedonglyongoiongsiongtionomyonproonsibopefuopeneophomoppedoptedorcedorcycorde"
        "dorhooormedormouortedotallouchdouldnoutliowerfoweveownedparedpartmpatedpcomipearapeatepertypetinphasiphomopiredpledgplishploym"
        "ponsiposalposedpreliprisiproudpullequipmragedrandcrbaijrchedrcyclrdlesreceirecogrectlredicrefigrefulrelearemelreminremovrentlr"
        "epearestsreveareviorgelyrgeterguedribedrisedritinrivedrmousrnighronglroopsroupsrovedrovemroyedrracerryinrselvrstoortakertedlrt"
        "erbrybodryingsarilseatsseeksseemsshownsiblysiciasitedsitiesitinsivelstifystretstrugsuallsuffesuitssultssumedsuminsuredswerstab"
        "lytainltairstantltayedtchedtedlyteerstempttenedtenintentltermstewidthdrathougthrivticiztiliztitortiveltolentowartrengtriedtroo"
        "ptrulytryinttempttledtualltuatetudenucceeucheducinguctedudgesuentluireduiresularlulfilultedumpedumptiuncedunconunishunpreunted"
        "upcomurglaurnamurnedursueusandusehousersushedussedustedusteevailavatedventhvernmverwhvidedvidinviliavisedvitedvotedweariwhethw"
        "hilewhosewmakeworsewrotexactlxceedxistixplaiybodyypica"
    ),
}  # fmt: skip
"""Quarters and length of the groups to the groups, one after another."""
