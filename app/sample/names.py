"""Names of the fictitious customers: common given and family names of the cultures of a British high street."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class NamePart:
    text: str
    latin: str
    """For e-mail addresses, and as the preferred name of people whose name is in another script."""
    pronunciation: str | None
    """Given where a stranger would mispronounce the name."""


@dataclass(frozen=True)
class Culture:
    language: str
    weight: int
    given: tuple[NamePart, ...]
    family: tuple[NamePart, ...]
    family_first: bool = False


def _parts(listed: str) -> tuple[NamePart, ...]:
    """Comma-separated `name`, `name=latin` or `name=latin=say it`."""
    parts = []
    for entry in listed.split(","):
        text, latin, say = ([part.strip() for part in entry.split("=")] + ["", ""])[:3]
        plain = latin or unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        parts.append(NamePart(text, plain, say or None))
    return tuple(parts)


def _culture(language: str, weight: int, given: str, family: str, *, family_first: bool = False) -> Culture:
    return Culture(language, weight, _parts(given), _parts(family), family_first)


CULTURES: tuple[Culture, ...] = (
    _culture(
        "en-GB",
        460,
        "Amelia, Olivia, Isla, Poppy, Freya, Florence, Matilda, Harriet, Beatrice, Edith, Joan, Margaret, "
        "Susan, Linda, Karen, Tracey, Gemma, Rebecca, Charlotte, Imogen, Xanthe==ZAN-thee, Oliver, George, "
        "Arthur, Noah, Alfie, Stanley, Ralph, Giles, Nigel, Trevor, Graham, Keith, Barry, Darren, Craig, "
        "Gareth, Rupert, Toby, Callum, Jonty, Hugo==HYOO-goh",
        "Ashworth, Barraclough==BARRA-cluff, Bickerstaff, Birtwhistle, Braithwaite, Cartwright, Chadwick, "
        "Dewhurst, Entwistle, Fairclough==FAIR-cluff, Featherstone, Fothergill, Garside, "
        "Greenhalgh==GREEN-halsh, Hargreaves, Hepworth, Holroyd, Illingworth, Kirkbride, Longbottom, "
        "Marjoribanks==MARCH-banks, Micklethwaite, Naylor, Oldroyd, Pickersgill, Postlethwaite, Ramsbottom, "
        "Rowbotham, Sagar, Shufflebottom, Sutcliffe, Thistlethwaite, Tunnicliffe, Wainwright, Whitaker, "
        "Worsnop, Yeadon, Penhaligon, Trelawney, Mapperley, Beauchamp==BEE-chum, Cholmondeley==CHUM-lee, "
        "Wetherby, Stokoe==STOH-koh, Higginbottom, Lumb",
    ),
    _culture(
        "en-GB",
        40,
        "Siân=sian=SHAHN, Rhys==REESS, Angharad==ang-HAR-ad, Gwenllian==gwen-THLEE-an, Iolo==YOL-oh, "
        "Llinos==THLIN-oss, Tegwen, Emyr, Ceri==KERRY, Dafydd==DAV-ith",
        "Pugh==PEW, Llewelyn==thloo-EL-in, Prosser, Gwynne, Bevan, Cadwallader, Probert, Tudor, Parry, Maddocks",
    ),
    _culture(
        "en-IE",
        45,
        "Siobhán=siobhan=shiv-AWN, Caoimhe==KEE-va, Niamh==NEEV, Aoife==EE-fa, Saoirse==SEER-sha, "
        "Oisín=oisin=ush-EEN, Tadhg==TIGE, Eoin==OH-in, Cillian==KILL-ee-an, Gráinne=grainne=GRAWN-ya, "
        "Ruairí=ruairi=RUR-ee, Dervla",
        "O'Riordan, Ó Súilleabháin=osullivan=oh SOO-la-vawn, Gallagher==GAL-a-her, McGillycuddy, "
        "Keogh==KEE-oh, Mac Giolla=macgiolla, Heffernan, Tierney, Ní Bhriain=nibhriain=nee VREE-in, "
        "Geraghty==GER-a-tee",
    ),
    _culture(
        "en-GB",
        45,
        "Eilidh==AY-lee, Mhairi==VAH-ree, Hamish, Catriona==ka-TREE-na, Ruaridh==ROO-a-ree, Morag, Struan, Ailsa, Euan",
        "Menzies==MING-iss, Dalziel==dee-ELL, Auchterlonie==och-ter-LOH-nee, Farquharson==FAR-kwer-son, "
        "Drummond, Colquhoun==ka-HOON, Abercrombie, Kinnaird, Urquhart==UR-kert, Galbraith",
    ),
    _culture(
        "en-NG",
        45,
        "Chidi==CHEE-dee, Ngozi==in-GO-zee, Adaeze==ah-DAY-zay, Olúwaṣeun=oluwaseun=oh-loo-wah-SHAY-oon, "
        "Folákẹ́=folake=foh-LAH-keh, Ifeanyi==ee-FAN-yee, Temitope==teh-mee-TOH-peh, Emeka, "
        "Yetunde==yeh-TOON-deh, Babajide",
        "Okafor, Adeyemi==ah-deh-YEH-mee, Nwosu==NWOH-soo, Ogunleye==oh-goon-LEH-yeh, Eze==EH-zeh, Balogun, "
        "Onyekachi==on-yeh-KAH-chee, Afolabi, Uchenna, Ṣóyẹmí=soyemi=shoh-YEH-mee",
    ),
    _culture(
        "en-GH",
        15,
        "Kwame==KWAH-meh, Akosua==ah-KOH-soo-ah, Kofi, Ama, Yaw==YOW, Abena==ah-beh-NAH, Esi",
        "Mensah, Asante, Boateng==BWAH-teng, Owusu==oh-WOO-soo, Agyeman==ah-JEH-man, Darko",
    ),
    _culture(
        "hi",
        45,
        "आरव=Aarav=AH-rav, प्रिया=Priya, अनन्या=Ananya=ah-NUN-yah, रोहन=Rohan, दीपिका=Deepika, "
        "विक्रम=Vikram, नेहा=Neha, Meera, Sanjay, Kavita, Arjun, Lakshmi==LUCK-shmee, Harpreet, Gurdeep",
        "शर्मा=Sharma, वर्मा=Verma, गुप्ता=Gupta, Iyer==EYE-er, Nair==NIGH-er, Chaudhary, Mistry, "
        "Raghunathan, Sandhu, Gill, Bhatt==BUTT-h, Subramaniam",
    ),
    _culture(
        "gu",
        15,
        "Jignesh, Hetal, Bhavna, Nilesh, ધર્મેશ=Dharmesh, કિંજલ=Kinjal, Pankaj",
        "Solanki, Panchal, Chudasama, પરમાર=Parmar, Vaghela, Lakhani",
    ),
    _culture(
        "ur",
        35,
        "عائشہ=Ayesha=AH-ee-sha, بلال=Bilal, زینب=Zainab, حمزہ=Hamza, Faisal, Sadia, Imran, "
        "Rukhsana==rukh-SAH-na, Usman, Nadia",
        "قریشی=Qureshi=koo-RAY-shee, ملک=Malik, Chaudhry, Mirza, Siddiqui==sid-DEE-kee, Butt, Rafiq, Hashmi",
    ),
    _culture(
        "bn",
        15,
        "রহিম=Rahim, ফাতেমা=Fatema, Shirin, Tanvir, নুসরাত=Nusrat, Jahangir, Sultana",
        "চৌধুরী=Chowdhury, Miah==MEE-ah, Begum, Talukdar, Sarkar, Uddin",
    ),
    _culture(
        "zh",
        35,
        "美玲=Mei-Ling=may-LING, 志強=Chi Keung=jee-KURNG, 欣怡=Xinyi=SHIN-yee, 浩然=Haoran=HOW-rahn, "
        "雅婷=Yating=yah-TING, 子軒=Zixuan=dzuh-SHWEN, 嘉慧=Ka Wai, 文博=Wenbo",
        "陳=Chan, 黃=Wong, 林=Lam, 周=Chow, 徐=Xu=SHOO, 郭=Guo=GWOR, 曾=Tsang, 謝=Xie=SHYEH, 葉=Yip",
        family_first=True,
    ),
    _culture(
        "ja",
        12,
        "さくら=Sakura, 健太=Kenta, 美咲=Misaki, 翔太=Shota, 陽子=Yoko, 大輔=Daisuke=DICE-keh",
        "佐藤=Sato, 高橋=Takahashi, 渡辺=Watanabe, 小林=Kobayashi, 松本=Matsumoto, 井上=Inoue=ee-NO-weh",
        family_first=True,
    ),
    _culture(
        "ko",
        10,
        "지훈=Ji-hoon=JEE-hoon, 서연=Seo-yeon=SUH-yun, 민준=Min-jun, 하은=Ha-eun, 수빈=Su-bin",
        "김=Kim, 박=Park, 최=Choi=CHWEH, 정=Jung, 강=Kang, 윤=Yoon",
        family_first=True,
    ),
    _culture(
        "pl",
        45,
        "Agnieszka==ahg-NYESH-kah, Małgorzata=Malgorzata=mow-gor-ZHAH-tah, Wojciech==VOY-chekh, "
        "Katarzyna==kah-tah-ZHIH-nah, Łukasz=Lukasz=WOO-kash, Zofia, Grzegorz==GZHEH-gosh, "
        "Paweł=Pawel=PAH-vel, Beata, Tomasz",
        "Nowak==NO-vahk, Wójcik=Wojcik=VOY-cheek, Zając=Zajac=ZAH-yonts, Szczepaniak==shcheh-PAH-nyak, "
        "Mazur, Kaczmarek, Król=Krol, Wróbel=Wrobel=VROO-bel, Dudek, Pietrzak",
    ),
    _culture(
        "uk",
        20,
        "Оксана=Oksana, Андрій=Andriy, Наталія=Nataliya, Тарас=Taras, Олена=Olena=oh-LEH-nah, "
        "Богдан=Bohdan, Ірина=Iryna",
        "Коваленко=Kovalenko, Бондаренко=Bondarenko, Ткаченко=Tkachenko, Мельник=Melnyk, Гончар=Honchar, "
        "Савчук=Savchuk",
    ),
    _culture(
        "ro",
        22,
        "Ștefan=Stefan=SHTEH-fahn, Ioana==yo-AH-nah, Andreea, Mihai==mee-HIGH, Țuțu=Tutu, Răzvan=Razvan, "
        "Luminița=Luminita",
        "Ionescu, Dumitru, Bălan=Balan, Munteanu==moon-TYAH-noo, Ciobanu==cho-BAH-noo, Țăranu=Taranu",
    ),
    _culture(
        "el",
        14,
        "Ελένη=Eleni, Γιώργος=Giorgos, Κατερίνα=Katerina, Νίκος=Nikos, Σοφία=Sofia, Δημήτρης=Dimitris",
        "Γεωργίου=Georgiou=yor-YEE-oo, Νικολάου=Nikolaou, Ιωάννου=Ioannou, Χαραλάμπους=Charalambous, Μιχαήλ=Michail",
    ),
    _culture(
        "it",
        20,
        "Giulia==JOO-lya, Chiara==kee-AH-rah, Ginevra, Matteo, Lorenzo, Gioacchino==jo-ah-KEE-no, Alessia, Beniamino",
        "Esposito==ess-POH-zee-toh, Bianchi==BYAHN-kee, Greco, Mancini, Battaglia==bah-TAH-lya, Fontana, Guerrieri",
    ),
    _culture(
        "es",
        20,
        "Íñigo=Inigo=EEN-yee-go, Lucía=Lucia=loo-THEE-ah, Begoña=Begona, Joaquín=Joaquin=hwah-KEEN, "
        "Rocío=Rocio, Álvaro=Alvaro",
        "García Lozano=garcialozano, Muñoz=Munoz, Ibáñez=Ibanez=ee-BAHN-yeth, Peñalver=Penalver, "
        "Echeverría=Echeverria, Soto Vidal",
    ),
    _culture(
        "pt",
        18,
        "João=Joao=zhoo-OWNG, Conceição=Conceicao, Inês=Ines=ee-NESH, Tiago, Beatriz, Gonçalo=Goncalo",
        "Guimarães=Guimaraes, Magalhães=Magalhaes, Teixeira==tay-SHAY-rah, Simões=Simoes, Queirós=Queiros, "
        "Nóbrega=Nobrega",
    ),
    _culture(
        "fr",
        18,
        "Aurélie=Aurelie, Benoît=Benoit=ben-WAH, Hélène=Helene=ay-LEN, Jérôme=Jerome, Maëlle=Maelle=mah-EL, "
        "Anaïs=Anais",
        "Lefèvre=Lefevre, Beaulieu, Charpentier, Gauthier==go-TYAY, Duchêne=Duchene, Villeneuve",
    ),
    _culture(
        "de",
        14,
        "Jürgen=Juergen=YOOR-gen, Käthe=Kaethe=KAY-tuh, Björn=Bjoern=BYURN, Friederike, Götz=Goetz=GURTS, Anneliese",
        "Schäfer=Schaefer, Köhler=Koehler, Weiß=Weiss=VICE, Pfeiffer, Zimmermann, Grünwald=Gruenwald",
    ),
    _culture(
        "tr",
        18,
        "Ayşe=Ayse=eye-SHEH, Mehmet, Çağla=Cagla=CHAH-lah, Oğuz=Oguz=oh-OOZ, Zeynep, İbrahim=Ibrahim, Gülşen=Gulsen",
        "Yıldız=Yildiz=yuhl-DUHZ, Şahin=Sahin=shah-HEEN, Öztürk=Ozturk, Çelik=Celik=cheh-LEEK, Aydın=Aydin, "
        "Koç=Koc=KOCH",
    ),
    _culture(
        "ar",
        22,
        "محمد=Mohammed, فاطمة=Fatima, يوسف=Youssef, مريم=Mariam, خالد=Khalid=KHAH-lid, ليلى=Layla, Hussein, Noor",
        "الخطيب=Al-Khatib, حداد=Haddad, النجار=Al-Najjar, المصري=Al-Masri, Benali, Mansour, Shaheen",
    ),
    _culture(
        "fa",
        10,
        "شیرین=Shirin=shee-REEN, داریوش=Dariush, نسرین=Nasrin, کاوه=Kaveh=KAH-veh, پریسا=Parisa",
        "احمدی=Ahmadi, رستمی=Rostami, جعفری=Jafari, کریمی=Karimi",
    ),
    _culture(
        "he",
        6,
        "נועה=Noa, איתן=Eitan=ay-TAHN, תמר=Tamar, יונתן=Yonatan",
        "לוי=Levi, מזרחי=Mizrahi, פרידמן=Friedman, שפירא=Shapira",
    ),
    _culture(
        "vi",
        14,
        "Nguyệt=Nguyet=ngwee-ET, Đức=Duc=DUKE, Hương=Huong=HWUNG, Quỳnh=Quynh=KWIN, Tuấn=Tuan",
        "Nguyễn=Nguyen=NGWEE-en, Trần=Tran=CHUN, Phạm=Pham=FAM, Đặng=Dang, Huỳnh=Huynh",
        family_first=True,
    ),
    _culture(
        "am",
        8,
        "ሰላም=Selam, ዳዊት=Dawit, ሀና=Hana, ዮናስ=Yonas, Tigist==tig-IST",
        "ተስፋዬ=Tesfaye=tes-FAH-yeh, በቀለ=Bekele, Haile==HIGH-leh, ገብረ=Gebre",
    ),
    _culture(
        "so",
        10,
        "Hodan, Cabdi=Abdi=AB-dee, Ifrah, Xasan=Hassan=HAS-san, Sagal",
        "Warsame==war-SAH-meh, Jaamac=Jama=JAH-mah, Guuleed=Guled, Faarax=Farah",
    ),
    _culture(
        "ta",
        12,
        "தமிழ்செல்வி=Tamilselvi, கார்த்திக்=Karthik, Anbarasi, முருகன்=Murugan, Nithya",
        "Sivakumar, Rajendran, Selvaraj, சுந்தரம்=Sundaram, Kanagasabai",
    ),
    _culture("th", 6, "สมชาย=Somchai, มาลี=Malee, Kanya, นภา=Napha", "Srisai, แก้วดี=Kaewdee, Chaiyaporn, ทองสุข=Thongsuk"),
    _culture("ka", 4, "ნინო=Nino, გიორგი=Giorgi=gee-OR-gee, თამარ=Tamar", "Beridze, კაპანაძე=Kapanadze, Lomidze"),
    _culture(
        "is",
        4,
        "Sigríður=Sigridur=SIG-ree-thur, Guðrún=Gudrun=GVUTH-roon, Þóra=Thora=THOH-ra",
        "Jónsdóttir=Jonsdottir, Einarsdóttir=Einarsdottir, Þorsteinsdóttir=Thorsteinsdottir",
    ),
)

PREFIXES = ("Dr", "Mrs", "Mr", "Ms", "Prof.", "Mx", "Rev.", "Lady", "Miss")
SUFFIXES = ("OBE", "PhD", "Jr", "MBE", "FRCS")
SHORT_FORMS = {
    "Amelia": "Millie",
    "Olivia": "Liv",
    "Matilda": "Tilly",
    "Beatrice": "Bea",
    "Margaret": "Peggy",
    "Rebecca": "Becks",
    "Charlotte": "Lottie",
    "Harriet": "Hattie",
    "Susan": "Sue",
    "Oliver": "Ollie",
    "Arthur": "Art",
    "Stanley": "Stan",
    "Florence": "Flo",
    "Catriona": "Trina",
    "Gwenllian": "Gwen",
    "Olúwaṣeun": "Seun",
    "Temitope": "Temi",
    "Ifeanyi": "Ify",
    "Katarzyna": "Kasia",
    "Małgorzata": "Gosia",
    "Agnieszka": "Aga",
    "Wojciech": "Wojtek",
    "Lorenzo": "Enzo",
    "Gioacchino": "Gino",
    "Beniamino": "Ben",
    "Joaquín": "Ximo",
    "Lakshmi": "Lucky",
    "Deepika": "Dee",
    "Friederike": "Rike",
    "Anneliese": "Anni",
}
