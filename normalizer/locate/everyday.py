"""Words that are streets' names and something else as well: they need more evidence than to stand in a text.

``WORDS`` are everyday words of both languages, ``GIVEN_NAMES`` and ``TITLES`` announce a person, ``LANDMARKS`` make what stands before
them a place of its own ("Edgewood Park" is not Edgewood Avenue). Written for this project; nothing was taken from a list.
"""

from __future__ import annotations

from normalizer._language_tables import WORDS as _FUNCTION_WORDS

TITLES = frozenset(
    "mr mrs ms miss dr prof mayor officer sgt sergeant captain chief alderman alderwoman alderperson councillor councilor councilman "
    "councilwoman senator judge rev reverend father sister president director commissioner inspector detective lt lieutenant sir "
    "madam  monsieur madame mademoiselle mme mlle maire mairesse conseiller conseillere docteur agent agente professeur ministre "
    "depute abbe".split()
)

GIVEN_NAMES = frozenset(
    "james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul "
    "andrew  joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen "
    "larry justin scott  brandon benjamin samuel gregory alexander frank patrick raymond jack dennis jerry tyler aaron jose adam "
    "nathan henry douglas zachary  peter kyle ethan walter noah jeremy christian keith roger terry austin sean gerald carl harold "
    "dylan arthur lawrence jordan jesse bryan  billy bruce gabriel joe logan alan juan albert willie elijah wayne randy vincent mason "
    "roy ralph bobby russell bradley philip phillip  eugene louis alfred fred frederick ernest stanley leonard francis howard herbert "
    "earl ray dean lewis oliver norman glen glenn lloyd  mary patricia jennifer linda elizabeth barbara susan jessica sarah karen "
    "lisa nancy betty sandra margaret ashley kimberly emily donna  michelle carol amanda melissa deborah stephanie rebecca sharon "
    "laura cynthia dorothy amy kathleen angela shirley emma brenda pamela  nicole anna samantha katherine christine debra rachel "
    "carolyn janet maria olivia heather helen catherine diane julie victoria joyce  lauren kelly christina ruth joan virginia judith "
    "evelyn hannah andrea megan cheryl jacqueline madison teresa abigail sophia martha sara  gloria janice kathryn ann anne isabella "
    "judy charlotte julia grace amber alice jean denise frances danielle marilyn natalie beverly  diana brittany theresa kayla alexis "
    "doris lori tiffany rose florence daisy ruby anita cora leila ira myron edgar  pierre jacques andre michel claude marcel rene "
    "gilles roger yves alain guy luc marc serge robert bernard denis gerard henri maurice  laurent simon antoine mathieu nicolas "
    "sebastien francois philippe etienne benoit christophe olivier vincent gaston lucien leon emile  marie louise jeanne suzanne "
    "monique nicole ginette sylvie helene isabelle nathalie caroline chantal manon lucie genevieve veronique  sophie catherine audrey "
    "camille chloe juliette josephine therese lise denise francine lorraine carole celine".split()
)  # fmt: skip

_NAMES_TOO = """
smith brown white green black gray grey young king clark lewis walker hall allen wright scott hill baker adams nelson carter mitchell
turner parker collins edwards stewart morris rogers reed cook morgan bell murphy bailey cooper cox howard ward richardson watson brooks
wood bennett price ross henderson coleman jenkins perry powell long patterson hughes washington butler simmons foster alexander russell
griffin hayes myers ford hamilton graham sullivan wallace woods cole west jordan owens reynolds fisher ellis harrison gibson mcdonald
marshall gomez murray freeman wells webb simpson stevens tucker porter hunter hicks crawford henry boyd mason kennedy warren dixon ramos
burns gordon shaw holmes rice robertson hunt black daniels palmer mills nichols grant knight ferguson stone dunn perkins hudson spencer
gardner stephens payne pierce berry matthews arnold wagner willis watkins olson carroll duncan snyder hart cunningham bradley lane andrews
ruiz harper fox riley armstrong carpenter weaver greene lawrence elliott chavez sims austin peters kelley franklin lawson fields gutierrez
ryan schmidt carr wheeler chapman oliver montgomery richards williamson johnston banks meyer bishop howe lincoln jefferson madison monroe
jackson johnson wilson taylor thomas harris martin thompson garcia robinson jones williams davis miller moore anderson tremblay gagnon roy
cote bouchard gauthier morin lavoie fortin gagne ouellet pelletier belanger levesque bergeron leblanc paquette girard simard boucher caron
beaulieu cloutier dube poirier fournier lapointe leclerc lefebvre poulin thibault nadeau martel michaud hebert mercier couture dufour
savard
"""

_THINGS = """
church churches school schools station street streets avenue road lane drive moose pot hole county cottages saint
academy airport alley apartment apartments arch arts asylum aid art bank banks bar barn bay beach beacon bench bike bill birch bird block
board boat bond bottom bowl box brick bridge bright broad broken brook bus bush business butter button canal car cards care carry cart
case castle cat cave cedar center central centre century chapel charter cherry chestnut city clay clean clear cliff clinic close clover
club coast cold college colony commerce common commons community company concord congress construction corner cottage council country
county court cove creek crescent cross crossing crown curb current curtain daily dairy dale dam dark dawn dead deer dell den depot desk
diamond district ditch division dock dog door down downtown drain drive dry dual dump dust eagle earth east eastern edge electric elm end
english entrance essex estate evergreen exchange exit express factory fair fairway fall falls farm fast fence fern ferry field fields fire
first fish flag flat flint flood flower foot force forest fort fountain free front frontage fruit full game garage garden gardens garland
gas gate gem glass globe gold golden golf grand granite grape grass gravel great green greenwood ground grove guard gulf hamlet harbor
harbour hard haven hazel health heart heath heather heights hemlock heritage hickory high highland highway hillside hilltop holly hope
horse hospital hotel house ice independence industrial industry inn iron island ivy jail jewel jewell junction justice key kitchen lake
lakeside lamp lancaster landfill laurel lawn lead leaf level liberty library light lighthouse lilac lime linden line lines lion little
loading local lock loft lodge long loop lot lower lumber main major mall mansion maple marble marina marine market meadow meadows mechanic
medical memorial mercy metal meter middle military mill mills mine minor mission moon morning mother mount mountain museum mutual national
native nature neighborhood new north northern oak oaks oakwood ocean office old olive onyx open orange orchard oval owl oxford page palace
palm paradise park parking parks parkside parkway pass passage path peace peach pearl pedestrian peek pepper pier pine pines pink pit
place plain plains plant plaza pleasant plum point pole police pond pool poplar port portal post power prairie press private professional
progress promenade property prospect prosperity providence public quarry queen quiet race rail railroad railway rain rainbow range ravine
read real red reservoir rest retreat ridge ring rise river riverside road robin rock rocky rosewood round rowe royal ruby rural safe sage
salt sand sandy school science sea season second security senior service shade shadow shed shelter shepherd ship shop shore short side
sidewalk silver sky small smooth snow south southern space spring springs spruce square stable stadium star state states station steel
steep stone store storm strong student summer summit sun sunny sunrise sunset surface swan sweet sycamore table tall tan teal temple
tennis terrace third thorn timber tour tower town township track traffic trail train transit tree triangle trinity trust tunnel turn twin
under union united university upper valley van veterans victory view village vine vineyard vista volunteer walk walker wall walnut ward
warehouse waste water waterfront waterway wave welcome wells west western wharf wheel white wide wild willow wind windsor winter wire wood
wooden woodland woods wool work yard yellow young zoo welton
"""

_CHOSES = """
abbaye abri academie accueil acier adresse aeroport agence aiguille air aire alliance amitie ancienne ancre ange arbre arbres arche argent
arret arts asile assomption atelier aube auberge automne avenir azur baie bain banc banlieue banque barrage barriere base bassin bateau
beau belle berge berger biblio bibliotheque blanc blanche bleu bloc bois boisse bon bonheur bord bordure bosquet bouleau bourg boutique
branche brise cabane camp campagne canal canton capitale caserne cathedrale cedre cedres centrale centre cerf cerise champ champs chantier
chapelle charbon chasse chat chateau chaussee chene chenes cheval chien chute chutes ciel cime cimetiere cite citoyen clair claire cloche
club coeur coin colibri college colline colombe commerce commune concorde congres coq corail cote cour couronne couvent cristal croix
debut dentiste depart desert descente deux digue domaine douce dune duc eau ecluse ecole eglise emploi entree epinette erable erables
escalier espace esperance est etang ete etoile etoiles etude exposition fabrique face falaise fer ferme fermiere feu feuille fin fleur
fleurs fleuve foin fontaine foret fort forge fosse foyer fraise france frene front frontiere galerie garage garde gare gaz geai glace
gouverneur grand grande grands grange gravier greve grotte grue guerre haut haute hauteurs herbe hetre hibou hiver horizon hotel hopital
ile iles industrie industriel industrielle iris jardin jardins jeune jeux joie jour lac laurier laval liberte lierre ligne lilas lin lion
livre logement loisir long loup lumiere lune lys maire mairie maison manoir marais marche mare marguerite marin marine maternelle matin
megot mer merle metro midi milieu mine ministre miroir mont montagne moulin mouette mousse muguet mur muse musee nation national neige
neuf neuve noir nord notre noyer nuit oasis ocean oiseau oiseaux olive ombre or orange orchidee orme ormes ouest ours ouvert page paix
palais parc paroisse parvis pas passage patinoire patrie pavillon peche petit petite peuplier pharmacie phare pierre pierres pigeon pin
pins piscine piste place plage plaine plante plateau plein pluie poirier poisson police pomme pommier pompiers pont port porte poste
prairie pre premier premiere presbytere president presse prince princesse principal principale promenade province prunier puits quai
quartier quatre reine relais renard residence ressource rivage rive riviere roc roche rocher roi rond rose roseau rosier rosiers rouge
roulotte route ruban ruelle ruisseau sable saison salle sapin sapins saule saules science sentier seigneur service site sommet soleil
source sport sports stade station sud sureau table taxi temple terrain terre theatre tilleul toit tour tourelle tournant train tram
tranquille travail travers trois tulipe union universite usine val vallee vallon vent verger vert verte viaduc victoire vieille vieux
vigne village ville vin violette vitre voie voile voisin vue zone
"""

WORDS = (
    frozenset(_FUNCTION_WORDS)
    | GIVEN_NAMES
    | frozenset(f"{_NAMES_TOO} {_THINGS} {_CHOSES}".split())
    | frozenset(
        "january february march april may june july august september october november december monday tuesday wednesday thursday".split()
    )
    | frozenset("friday saturday sunday janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split())
    | frozenset(
        "lundi mardi mercredi jeudi vendredi samedi dimanche yale canada quebec ontario connecticut america american english french".split()
    )
)
"""Everyday words: a street of such a name needs its kind, a number, a corner, or a capital after a preposition."""

LANDMARKS = frozenset(
    "park parks school schools church university college hospital square bridge cemetery apartments apartment building library market "
    "neighborhood neighbourhood police station center centre high elementary middle academy house houses gardens garden pond river "
    "lake beach  bay harbor harbour hill hills heights club inn hotel bank pharmacy restaurant cafe grill pizza deli plaza mall "
    "theater theatre museum  trail creek field fields playground pool rink arena stadium hall chapel temple mosque synagogue clinic "
    "towers tower manor village  terminal airport department dept office inc llc corp company farm farms cove point island reservoir "
    "greenway rotary senior housing ecole parc eglise pont gare cimetiere bibliotheque universite cegep hopital arena piscine "
    "marche".split()
)  # fmt: skip

BEFORE_NAMES = frozenset(
    "ecole ecoles parc eglise gare metro cimetiere bibliotheque universite cegep hopital arena piscine cafe restaurant garderie "
    "college academie  hotel auberge pharmacie residence centre complexe station clinique clsc caserne theatre cinema stade pont club "
    "quartier secteur".split()
)
"""French words for a kind of place, which stand before its name: "l'école Saint-Louis" is no street."""
