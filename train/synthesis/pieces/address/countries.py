"""How addresses are written in each country: where the code stands, and what its streets and towns are called.

In a template `{code}` is the code, `{town}` a town and `{TOWN}` the same in capitals, `{st}` a state or province,
`{house}` a house number, `{flat}` a small number, `{box}` the number of a box. In a form of a code `#` is a digit, `N`
one from 1 to 9.

Source: the Universal Postal Union's "Postal addressing systems" sheets, in a few words for each country.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """The addresses of a country.

    Attributes:
        codes: forms of its codes, the usual one first.
        streets: templates of the street's line.
        places: templates of the last lines, "|" between lines; the usual one first.
        boxes: templates of a box's line, and forms of its number behind "=".
        towns: names of towns.
        ways: names of streets, without the number.
        name: of the country, for the last line of mail from abroad.
        states: "" or short forms.
        houses: forms of house numbers.
    """

    codes: tuple[str, ...]
    streets: tuple[str, ...]
    places: tuple[str, ...]
    boxes: tuple[str, ...]
    towns: tuple[str, ...]
    ways: tuple[str, ...]
    name: str
    states: tuple[str, ...] = ("",)
    houses: tuple[str, ...] = ("N", "N#", "N#", "N##")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


_BOX = ("P.O. Box {box}=N##", "PO Box {box}=N###", "P.O. Box {box}=N####")

FORMATS = {
    "DE": Format(
        ("#####",),
        ("{way} {house}", "{way} {house}", "{way} {house} a"),
        ("{code} {town}", "{code} {town}", "{code} {TOWN}", "D-{code} {town}", "D - {code} {town}"),
        ("Postfach {box}=N# ## ##", "Postfach {box}=N# ##", "Postfach {box}=N# ## #"),
        _words("München|Hamburg|Köln|Leipzig|Dresden|Freiburg|Ulm|Kassel|Bremen|Halle (Saale)|Bad Tölz|Görlitz|Jena"),
        _words("Hauptstraße|Lindenweg|Bahnhofstr.|Goethestraße|Am Markt|Gartenweg|Schillerallee|Mühlgasse|Ringstr."),
        "GERMANY",
    ),
    "AT": Format(
        ("N###",),
        ("{way} {house}", "{way} {house}/{flat}", "{way} {house}/{flat}/{flat}"),
        ("{code} {town}", "{code} {TOWN}", "A-{code} {town}"),
        ("Postfach {box}=N##",),
        _words("Wien|Graz|Linz|Salzburg|Innsbruck|Klagenfurt|Wels|Dornbirn|Steyr|Krems an der Donau"),
        _words("Mariahilfer Straße|Landstraße|Annenstraße|Kirchengasse|Am Graben|Feldweg|Dr.-Karl-Renner-Ring"),
        "AUSTRIA",
    ),
    "CH": Format(
        ("N###",),
        ("{way} {house}", "{way} {house}", "{way} {house}b"),
        ("{code} {town}", "{code} {town}", "CH-{code} {town}", "CH - {code} {town}"),
        ("Postfach {box}=N##", "Case postale {box}=N##", "Postfach {box}=N###"),
        _words("Zürich|Bern|Basel|Genève|Lausanne|Luzern|St. Gallen|Chur|Biel/Bienne|Thun|Lugano|Zug"),
        _words("Bahnhofstrasse|Dorfstrasse|Rue du Lac|Via Cantonale|Seestrasse|Hofweg|Chemin des Vignes|Kirchweg"),
        "SWITZERLAND",
    ),
    "FR": Format(
        ("#####", "#####", "#####", "## ###"),
        ("{house} {way}", "{house}, {way}", "{house} BIS {way}"),
        (
            "{code} {TOWN}",
            "{code} {TOWN}",
            "{code} {town}",
            "F-{code} {TOWN}",
            "{code} {TOWN} CEDEX",
            "FR-{code} {town}",
        ),
        ("BP {box}=N####", "CS {box}=N####", "BP {box}=N##", "CS {box}=N####"),
        _words("PARIS|LYON|NANTES|LILLE|RENNES|DIJON|TOURS|METZ|BORDEAUX|SAINT-ÉTIENNE|ANGERS|PAU|LE MANS|CAEN"),
        _words(
            "rue de la Gare|avenue Victor Hugo|place du Marché|rue des Lilas|boulevard Pasteur|chemin Vert|quai Sud"
        ),
        "FRANCE",
    ),
    "IT": Format(
        ("#####",),
        ("{way}, {house}", "{way} {house}", "{way}, {house} int. {flat}"),
        ("{code} {TOWN} {st}", "{code} {town} ({st})", "I-{code} {town}", "{code} {town} {st}"),
        ("Casella Postale {box}=N##", "C.P. {box}=N###"),
        _words("Roma|Milano|Torino|Bologna|Verona|Padova|Bari|Lecce|Pisa|Udine|Trento|Ferrara"),
        _words("Via Roma|Via Garibaldi|Piazza Dante|Corso Italia|Viale dei Mille|Via Mazzini|Vicolo Corto"),
        "ITALY",
        _words("RM|MI|TO|BO|VR|PD|BA|LE|PI|UD"),
    ),
    "ES": Format(
        ("#####",),
        ("{way}, {house}", "{way}, {house}, {flat}º B", "{way} nº {house}"),
        ("{code} {TOWN}", "{code} {town}", "E-{code} {town}", "{code} {town} ({st})"),
        ("Apdo. de Correos {box}=N##", "Apartado {box}=N###"),
        _words("Madrid|Sevilla|Valencia|Zaragoza|Bilbao|Murcia|Cádiz|León|Burgos|Girona|Málaga"),
        _words("C/ Mayor|Calle Real|Avda. de la Paz|Plaza España|C/ del Sol|Paseo del Prado|Camino Viejo"),
        "SPAIN",
        _words("Madrid|Barcelona|Alicante|Huelva|Lugo"),
    ),
    "BE": Format(
        ("N###",),
        ("{way} {house}", "{way} {house} bus {flat}", "{house}, {way}"),
        ("{code} {town}", "{code} {TOWN}", "B-{code} {town}", "B - {code} {TOWN}"),
        ("Postbus {box}=N##", "BP {box}=N##"),
        _words("Brussel|Gent|Antwerpen|Liège|Namur|Brugge|Leuven|Mons|Hasselt|Oostende"),
        _words("Kerkstraat|Stationsstraat|Rue Haute|Grote Markt|Avenue Louise|Molenweg|Rue du Moulin"),
        "BELGIUM",
    ),
    "DK": Format(
        ("N###",),
        ("{way} {house}", "{way} {house}, {flat}. tv.", "{way} {house}, st. th."),
        ("{code} {town}", "{code} {town}", "DK-{code} {town}"),
        ("Postboks {box}=N##", "Postboks {box}=N###"),
        _words("København K|Aarhus C|Odense C|Aalborg|Esbjerg|Randers|Kolding|Ribe|Roskilde|Vejle"),
        _words("Vestergade|Nørregade|Skovvej|Strandvejen|Kirkegade|Møllevej|Søndergade|Torvet"),
        "DENMARK",
    ),
    "SE": Format(
        ("### ##", "### ##", "### ##", "### ##", "#####"),
        ("{way} {house}", "{way} {house} A", "{way} {house}, {flat} tr"),
        ("{code} {TOWN}", "{code} {TOWN}", "{code}  {town}", "SE-{code} {TOWN}", "S-{code} {TOWN}"),
        ("Box {box}=N##", "Box {box}=N###", "Box {box}=N####"),
        _words("Stockholm|Göteborg|Malmö|Uppsala|Örebro|Lund|Umeå|Gävle|Borås|Växjö|Luleå"),
        _words("Storgatan|Drottninggatan|Kungsgatan|Skolvägen|Björkvägen|Strandvägen|Kyrkogatan"),
        "SWEDEN",
    ),
    "NO": Format(
        ("####",),
        ("{way} {house}", "{way} {house} B", "{way} {house}"),
        ("{code} {TOWN}", "{code} {TOWN}", "{code} {town}", "N-{code} {TOWN}", "NO-{code} {TOWN}"),
        ("Postboks {box}=N##", "Postboks {box} Sentrum=N##", "Postboks {box}=N###"),
        _words("Oslo|Bergen|Trondheim|Tromsø|Bodø|Drammen|Hamar|Molde|Ålesund|Stavanger"),
        _words("Storgata|Kirkeveien|Skolegata|Bjørnsons gate|Strandgaten|Nygata|Fjordveien"),
        "NORWAY",
    ),
    "FI": Format(
        ("#####",),
        ("{way} {house}", "{way} {house} A {flat}", "{way} {house} as. {flat}"),
        ("{code} {TOWN}", "{code} {TOWN}", "FI-{code} {TOWN}", "{code} {town}"),
        ("PL {box}=N##", "PL {box}=N"),
        _words("Helsinki|Espoo|Tampere|Turku|Oulu|Lahti|Vaasa|Kuopio|Pori|Jyväskylä"),
        _words("Mannerheimintie|Koulukatu|Rantatie|Kirkkokatu|Asematie|Puistokatu|Metsäpolku"),
        "FINLAND",
    ),
    "PL": Format(
        ("##-###",),
        ("ul. {way} {house}", "ul. {way} {house}/{flat}", "ul. {way} {house} m. {flat}"),
        ("{code} {town}", "{code} {town}", "{code} {TOWN}", "PL-{code} {town}"),
        ("skr. poczt. {box}=N##", "Skrytka {box}=N#"),
        _words("Warszawa|Kraków|Łódź|Poznań|Gdańsk|Wrocław|Lublin|Toruń|Opole|Rzeszów"),
        _words("Polna|Leśna|Kościuszki|Słoneczna|Mickiewicza|Krótka|Szkolna|Ogrodowa"),
        "POLAND",
    ),
    "CZ": Format(
        ("### ##", "### ##", "### ##", "#####"),
        ("{way} {house}", "{way} {house}/{flat}", "{way} č.p. {house}"),
        ("{code} {town}", "{code}  {town}", "{code} {TOWN}", "CZ-{code} {town}"),
        ("P.O. BOX {box}=N##", "pošt. přihrádka {box}=N#"),
        _words("Praha 1|Brno|Ostrava|Plzeň|Olomouc|Zlín|Liberec|Tábor|Písek|Kolín"),
        _words("Národní|Dlouhá|Husova|Nádražní|Masarykova|Květná|Jiráskova|Zahradní"),
        "CZECH REPUBLIC",
    ),
    "HU": Format(
        ("N###",),
        ("{way} {house}.", "{way} {house}. {flat}/A", "{way} {house}"),
        ("{town}|{code}", "{TOWN}|{code}", "{code} {town}", "H-{code} {town}"),
        ("Pf. {box}=N##", "Postafiók {box}=N#"),
        _words("Budapest|Szeged|Pécs|Győr|Debrecen|Eger|Sopron|Miskolc|Vác|Szolnok"),
        _words("Petőfi utca|Kossuth tér|Fő út|Rákóczi út|Ady Endre u.|Dózsa György út|Iskola u."),
        "HUNGARY",
    ),
    "US": Format(
        ("#####", "#####", "#####", "#####-####"),
        ("{house} {way}", "{house} {way}", "{house} {way} APT {flat}B", "{house} {way} STE {box}"),
        ("{TOWN} {st} {code}", "{TOWN} {st}  {code}", "{town}, {st} {code}", "{town} {st} {code}"),
        ("PO BOX {box}=N##", "P.O. Box {box}=N###", "PO Box {box}=N####"),
        _words("Springfield|Portland|Austin|Dayton|Salem|Fargo|Boise|Tulsa|Reno|Omaha|Akron|Mesa|Columbus"),
        _words("Main St|Oak Ave|River Blvd|Maple Dr|N 5th St|Park Lane|Highway 12|Elm Street|Sunset Rd|W Lake Dr"),
        "USA",
        _words("IL|OR|TX|OH|MA|ND|ID|OK|NV|NE|CA|NY|FL|WA|GA"),
        ("N##", "N###", "N###", "N####", "N####"),
    ),
    "MY": Format(
        ("#####",),
        ("No. {house}, {way} {flat}/{flat}", "{house}, {way}", "Lot {house}, {way} {flat}"),
        ("{code} {TOWN}|{st}", "{code} {town}, {st}", "{code} {town}", "{code} {TOWN}, {st}."),
        ("P.O. Box {box}=N###", "Peti Surat {box}=N##"),
        _words("Kuala Lumpur|Petaling Jaya|Ipoh|Johor Bahru|Shah Alam|Klang|Melaka|Kuching|Subang Jaya"),
        _words("Jalan Ampang|Jalan SS|Lorong Maju|Taman Desa|Jalan Kuning|Persiaran Utama|Jalan Besar"),
        "MALAYSIA",
        _words("Selangor|Johor|Perak|Penang|Sarawak|Kedah"),
    ),
    "IN": Format(
        ("N#####",),
        ("{house}, {way}", "Plot No. {house}, {way}", "H.No. {house}/{flat}, {way}"),
        ("{town} - {code}", "{town} {code}", "{town}, {st}|PIN: {code}", "{TOWN}-{code}", "{town}|PIN {code}"),
        ("Post Box No. {box}=N##", "P.B. No. {box}=N###"),
        _words("Mumbai|New Delhi|Pune|Chennai|Kolkata|Jaipur|Indore|Mysore|Surat|Nagpur"),
        _words("M.G. Road|Station Road|Gandhi Nagar|Park Street|Link Road|Nehru Marg|Sector 14"),
        "INDIA",
        _words("Maharashtra|Kerala|Gujarat|Karnataka|Bihar"),
    ),
    "BR": Format(
        ("#####-###", "#####-###", "#####-###", "########"),
        ("{way}, {house}", "{way}, {house} - apto {flat}", "{way}, nº {house}"),
        ("{code} {town} - {st}", "{code} - {town} - {st}", "{town} - {st}|CEP {code}", "{town} - {st}|{code}"),
        ("Caixa Postal {box}=N###", "CP {box}=N##"),
        _words("São Paulo|Curitiba|Recife|Salvador|Belém|Campinas|Natal|Manaus|Santos|Goiânia"),
        _words("Rua das Flores|Av. Brasil|Rua XV de Novembro|Praça da Sé|Rua Direita|Av. Paulista|Alameda Sul"),
        "BRAZIL",
        _words("SP|PR|PE|BA|PA|RN|AM|GO"),
        ("N#", "N##", "N###"),
    ),
    "EE": Format(
        ("#####",),
        ("{way} {house}", "{way} {house}-{flat}"),
        ("{code} {town}", "{code} {TOWN}", "EE-{code} {town}"),
        _BOX,
        _words("Tallinn|Tartu|Pärnu|Narva|Viljandi|Rakvere|Võru"),
        _words("Pikk tn|Kooli tn|Tartu mnt|Aia tn|Ranna tee"),
        "ESTONIA",
    ),
    "TH": Format(
        ("N####",),
        ("{house}/{flat} {way}", "{house} {way}"),
        ("{town} {code}", "{town}|{code}", "{TOWN} {code}"),
        _BOX,
        _words("Bangkok|Chiang Mai|Phuket|Khon Kaen|Hat Yai|Ayutthaya"),
        _words("Sukhumvit Road|Silom Rd.|Rama IV Road|Soi Thonglor|Petchaburi Rd."),
        "THAILAND",
    ),
    "MX": Format(
        ("#####",),
        ("{way} {house}", "{way} No. {house}", "{way} {house} Int. {flat}"),
        ("{code} {town}, {st}", "C.P. {code} {town}", "{town}, {st}|C.P. {code}"),
        ("Apdo. Postal {box}=N##",),
        _words("Puebla|Mérida|Toluca|Oaxaca|Morelia|León|Tijuana|Veracruz"),
        _words("Av. Juárez|Calle Hidalgo|Insurgentes Sur|Calle 5 de Mayo|Reforma"),
        "MEXICO",
        _words("Pue.|Yuc.|Méx.|Oax.|Ver."),
    ),
    # Countries of test pieces alone.
    "PT": Format(
        ("####-###",),
        ("{way}, {house}", "{way}, {house}, {flat}.º Esq.", "{way} n.º {house}"),
        ("{code} {TOWN}", "{code} {town}", "P-{code} {town}"),
        ("Apartado {box}=N##", "Apartado {box}=N###"),
        _words("Lisboa|Porto|Coimbra|Braga|Évora|Faro|Setúbal|Aveiro"),
        _words("Rua do Carmo|Av. da Liberdade|Largo da Igreja|Rua Nova|Travessa do Rio"),
        "PORTUGAL",
    ),
    "HR": Format(
        ("N####",),
        ("{way} {house}", "{way} {house}a"),
        ("{code} {town}", "{code} {TOWN}", "HR-{code} {town}"),
        ("p.p. {box}=N##",),
        _words("Zagreb|Split|Rijeka|Osijek|Zadar|Šibenik|Pula"),
        _words("Ilica|Vukovarska|Zagrebačka ul.|Obala kneza Domagoja|Školska"),
        "CROATIA",
    ),
    "TR": Format(
        ("#####",),
        ("{way} No: {house}", "{way} No: {house}/{flat}", "{way} No.{house} D:{flat}"),
        ("{code} {st}/{TOWN}", "{code} {TOWN}", "{code} {st} / {town}"),
        ("P.K. {box}=N##",),
        _words("İstanbul|Ankara|İzmir|Bursa|Adana|Konya|Antalya"),
        _words("Atatürk Cad.|İnönü Sok.|Cumhuriyet Mah. Gül Sk.|Bağdat Cad.|Okul Sok."),
        "TURKEY",
        _words("Kadıköy|Çankaya|Bornova|Nilüfer|Seyhan"),
    ),
    "KR": Format(
        ("0####", "N####"),
        ("{house}, {way}", "{house}-{flat}, {way}"),
        ("{st}, {town} {code}", "{town}|{code}", "{st}, {town}|({code})"),
        ("C.P.O. Box {box}=N###",),
        _words("Seoul|Busan|Daegu|Incheon|Daejeon|Ulsan"),
        _words("Sejong-daero|Teheran-ro|Dongil-ro 5-gil|Jungang-ro|Hangang-daero"),
        "KOREA",
        _words("Jongno-gu|Gangnam-gu|Nam-gu|Buk-gu"),
    ),
    # Written with letters, so that no grammar of digits reads it: senders, and destinations without a code.
    "NL": Format(
        ("N###",),
        ("{way} {house}", "{way} {house}-{flat}", "{way} {house} II"),
        ("{code} AB  {TOWN}", "{code} KL {town}", "{code}GX {TOWN}", "NL-{code} BP {town}"),
        ("Postbus {box}=N##", "Postbus {box}=N####"),
        _words("Amsterdam|Utrecht|Den Haag|Zwolle|Breda|Leiden|Arnhem|Delft"),
        _words("Dorpsstraat|Kerklaan|Stationsweg|Prinsengracht|Molenstraat|Julianalaan"),
        "NETHERLANDS",
    ),
}
LETTERED = ("NL",)
