"""The words by which :mod:`normalizer.redact` knows that personal data stands beside them, folded, in English and French.

Written for this project. Given names are among the commonest of both languages; those that are also everyday words (Mark, Rose, Will)
or streets in most cities (Victoria) are left out.
"""

from __future__ import annotations

from normalizer._language_tables import FUNCTION_WORDS


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


CALL = _set(
    """
    call called calling phone phones telephone tel cell cellphone mobile fax reach text sms contact dial number voicemail home work
    whatsapp appeler appelez rappeler rappelez appel cellulaire cel portable joindre rejoindre rejoignez texto texter telecopieur
    numero composez joignable
    """
)
"""Words before a telephone number."""
COUNTED = _set(
    """
    request requete demande ticket reference ref dossier case file order confirmation invoice facture account compte permit permis
    id sr tracking suivi billet contravention constat parcel lot matricule serial serie model modele complaint plainte commande
    colis package bordereau transaction receipt recu licence license parking meter parcometre pole poteau hydrant lamp lampadaire
    signalement cadastre
    """
)
"""Words before a number that the city or a firm gave to a thing: no telephone number and no insurance number."""
SIN = _set("sin nas sociale")
SSN = _set("ssn")
HEALTH_CARD = _set("ramq ohip msp medicare nam soleil maladie")
CARD = _set("card carte visa mastercard amex credit debit")

PLATE = _set(
    """
    plate plates plaque plaques immatriculation immatricule immatriculee immatriculees immatricules plaquee tag tags license licence lic
    """
)
NO_PLATE_BEFORE = _set(
    """
    metal steel cover base face name manhole street rue home dinner construction kick iron business dog liquor building trade price
    driver drivers s hash gift gang
    """
)
NO_PLATE_AFTER = _set("d de du en commemorative metallique tectonique chauffante")
VEHICLE = _set(
    """
    car cars truck pickup van minivan suv vehicle sedan motorcycle scooter jeep trailer taxi driver voiture auto automobile camion
    camionnette fourgonnette vehicule moto roulotte remorque conducteur vus honda toyota ford chevrolet chevy dodge hyundai kia
    nissan mazda subaru bmw audi mercedes volkswagen jetta civic corolla tesla ram
    """
)

BIRTH = _set("dob ddn born birth birthdate birthday naissance ne nee nes nees")
MONTHS = (
    "january february march april may june july august september october november december janvier fevrier février mars avril mai "
    "juin juillet aout août septembre octobre novembre decembre décembre jan feb mar apr jun jul aug sept sep oct nov dec janv "
    "fevr févr avr juil"
)

KIN = _set(
    """
    neighbour neighbours neighbor neighbors landlord landlady tenant roommate husband wife spouse partner boyfriend girlfriend
    fiance fiancee son daughter mother father mom mum dad brother sister grandmother grandfather grandma grandpa grandson
    granddaughter uncle aunt cousin friend colleague coworker boss nephew niece stepson stepdaughter client patient caregiver
    superintendent super janitor babysitter voisin voisine voisins voisines proprietaire proprio locataire colocataire coloc mari femme
    epoux epouse conjoint conjointe chum blonde fils fille mere pere maman papa frere soeur oncle tante cousine ami amie collegue
    patron patronne neveu petit petite enfant gardienne concierge belle beau copain copine sur
    """
) - {"petit", "petite", "belle", "beau", "sur"}  # fmt: skip
PERSON = KIN | _set(
    """
    man woman guy lady person someone somebody boy girl kid kids child children teenager teen baby resident owner worker employee
    driver senior individual gentleman people homme dame personne quelqu gars garcon individu monsieur madame employe employee
    ouvrier chauffeur citoyen citoyenne residente aine ainee bebe jeune enfants resident
    """
)
PRONOUN = _set("i he she we they who il elle je j nous ils elles qui")
OWNER = _set("my our his her their whose your mon ma mes son sa ses notre nos leur leurs")

TITLE = _set("mr mrs ms miss mme mlle monsieur madame mademoiselle dr m docteur docteure doctor dre")
OFFICE = _set(
    """
    mayor councillor councilor alderman chair president chief officer maire mairesse conseiller conseillere depute deputee directeur
    directrice presidente inspecteur inspectrice commissioner minister ministre premier
    """
)
NAMED = _set("denomme denommee called named nomme nommee nommes appele appelee prenomme prenommee")
MEET = _set(
    "spoke speak talk talked met contact ask call email tell told with by "
    "parle parler rencontre contactez demandez demander appelez avec par"
)
CLOSING = _set("thanks thank merci regards cordialement sincerely salutations cheers bien best yours bye respectueusement")

STREET = _set(
    """
    street st avenue ave av road rd lane ln drive dr blvd boulevard boul court ct place pl terrace way crescent cres circle cir
    square sq highway hwy parkway pkwy bridge alley rue chemin ch montee cote rang ruelle pont autoroute route allee quai esplanade
    carre
    """
)
PLACE = STREET | _set(
    """
    park school library arena hospital airport station church center centre building tower mall market stadium hall garden gardens
    playground college university cemetery beach lake river trail elementary field island heights village plaza memorial museum
    theatre theater pool community high middle secondary public subdivision metro parc ecole bibliotheque hopital aeroport gare
    eglise edifice tour marche stade jardin jardins cimetiere plage lac riviere sentier piste ile secondaire primaire polyvalente
    universite cegep musee piscine quartier arrondissement secteur domaine hotel restaurant residence clinic clinique foundation
    fondation inc ltd co company compagnie
    """
)
AT = _set("on at near corner coin angle sur au aux along between entre vers opposite facing rue and et pres de from to")
"""Words before which a bare name is a street's."""

STOP = frozenset(word for line in FUNCTION_WORDS.values() for word in line.split()) | _set(
    """
    monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche city town ville
    police fire public works hydro council hall department service services emergency january february march april june july august
    september october november december janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre canada
    quebec ontario montreal toronto english french francais anglais google facebook god noel christmas quand lors apt app unit ok
    tel phone email re fw fwd ps
    """
)

GIVEN = _set(
    """
    john james robert michael david richard joseph thomas charles daniel matthew anthony steven paul andrew joshua kenneth kevin
    brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon
    benjamin samuel gregory alexander patrick dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle ethan
    walter jeremy harold carl keith roger gerald arthur lawrence sean christian albert willie austin jesse bruce billy bryan ralph
    roy louis eugene russell philip randy howard vincent bobby johnny logan tim tom mike dave steve jim joe dan bob ted ken ron greg
    jeff matt ben sam nick tony andy mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty
    sandra margaret ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy
    amy kathleen angela shirley emma brenda pamela nicole anna samantha katherine christine helen debra rachel carolyn janet maria
    catherine heather diane olivia julie joyce ruth virginia kelly lauren christina joan evelyn judith andrea hannah megan cheryl
    jacqueline martha teresa ann sara madison frances janice jean abigail alice julia sophia denise amber doris marilyn danielle
    beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori sue kate jane jill debbie cathy pierre jacques
    michel andre philippe alain bernard claude gilles francois luc marc guy yves serge jerome guillaume mathieu nicolas sebastien
    stephane sylvain martin denis normand rejean rene real gaston gerard marcel raymond roland leo yvon yvan benoit christophe
    didier thierry laurent olivier antoine julien maxime alexandre etienne simon gabriel felix samuel xavier emile hugo theo loic
    mathis jeanne francoise monique nathalie isabelle sylvie catherine martine christiane anne jacinthe josee johanne lise louise
    lucie manon chantal ginette huguette jocelyne micheline murielle odette pierrette solange suzanne therese yvette yolande
    genevieve veronique valerie stephanie melanie caroline audrey emilie camille chloe lea juliette florence alexandra marianne
    carole danielle celine claudette claudine colette denise francine helene lorraine mireille nicole pauline rejeanne simone
    mohamed mohammed ahmed ali fatima aisha omar hassan ibrahim youssef karim nadia samira leila amina carlos juan luis miguel jorge
    pedro ana rosa carmen sofia lucia wei ming li chen yan priya raj amit anil sanjay deepak sunita nguyen minh
    """
) - _set("carol amber jean real guy christian roy will may virginia austin madison logan denis sue li")  # fmt: skip
"""Given names that are hardly ever anything else, also in small letters."""
GIVEN_CAPITAL = GIVEN | _set(
    "mark bill rose grace jean denis sue carol jack frank ray dean guy christian roy virginia austin logan denise jordan luke real"
)
"""Given names when they are written with a capital and a rule speaks for a person."""

SURE = _set(
    """
    alzheimer alzheimers dementia demence diabetes diabetic diabete diabetique asthma asthmatic asthme asthmatique epilepsy
    epileptic epilepsie epileptique schizophrenia schizophrenic schizophrene schizophrenie bipolar bipolaire parkinson parkinsons
    chemotherapy chemo chimio chimiotherapie dialysis dialyse hiv vih sida autism autistic autisme autiste adhd tdah copd mpoc
    emphysema emphyseme hepatitis hepatite tuberculosis tuberculose ptsd cancer leukemia leucemie paraplegic quadriplegic
    paraplegique tetraplegique lupus arthritis arthrite fibromyalgia fibromyalgie suicidal suicidaire trisomie trisomique sclerosis
    sclerose avc pacemaker paralysed paralyzed paralyse paralysee alcoholic alcoolique anorexia anorexie psychosis psychose insulin
    insuline
    """
)
"""Illnesses and disabilities that the word alone says."""
MAYBE = _set(
    """
    blind deaf disabled handicapped depression depressed depressive stroke pregnant enceinte anxiety anxiete aveugle sourd sourde
    malvoyant malvoyante handicape handicapee wheelchair roulant depressif covid malentendant malentendante malade addiction
    seizures immunocompromised immunosupprime immunosupprimee heart cardiaque cardiaques
    """
)
"""Words that say so only right behind "is", "has", « est », « souffre de » of a person."""
LINK = _set(
    """
    is am are was were m s re has have had having suffers suffer suffering with living uses using in diagnosed on est suis sont
    etait ai a ont avait souffre souffrent souffrant atteint atteinte atteints avec vit en d de du un une the his her la le l son sa
    diagnostique diagnostiquee partially legally almost very completement presque a an fait utilise severe severely had after who
    qui
    """
)
NOT_HEALTH = _set(
    """
    corner spot spots curve turn turns parking space spaces vehicle ramp ramps permit placard intersection hill street road zone
    stall sign signs driveway dans on of hydrant truck car alley door exit rail crosswalk mort
    """
)
"""Words behind one of :data:`MAYBE` that make it a thing of the street."""
LIVE = _set(
    "live lives living reside resides residing home house address "
    "habite habitons habitent demeure demeurons reste vis vit loge adresse domicile maison residence"
)
WHOSE = OWNER | PRONOUN | KIN | {"resident", "residing", "d", "l"}
