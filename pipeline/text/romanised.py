"""Hindi, Arabic and Greek in Latin letters, as guests type them: "kamra bahut saaf tha".

The classifier knows these languages in their own scripts only, and takes them for Swahili or
Estonian. Everyday words tell them apart, in the spellings that people use.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.text.known_words import is_latin_word

_WORDS = {
    "hi": "hai hain tha thi thay hoga hogi hota hoti hote hona hua hui hue bahut bohot bahot boht "
    "bhot kaafi kafi nahi nahin nhi nai mat accha achha acha achi acchi achhi achhe acche ache "
    "badhiya badiya shandar shaandar lajawab zabardast mast ekdum ekdam bekar bekaar ganda gandi "
    "gande kharab kharaab ghatiya bakwas aur lekin magar phir fir bhi toh kyunki kyonki kyuki "
    "isliye agar jab tab kab yahan yaha wahan waha idhar udhar kahan kaha mein main hum humne "
    "hamne humein hame hamein hamari hamara humari humara humare hamare mujhe mera meri mere maine "
    "aap aapko aapka apna apni apne unka unki unhone inka iska iski uska uski uske isme usme yeh "
    "ye woh wo kar karna karne karke kiya kiye karte karti karta karo raha rahi rahe rahna rukne "
    "ruke ruka jaana jana jane gaya gayi gaye aana aaye aaya aayi aayenge ayenge aaenge jayenge "
    "jaayenge mila mili mile milta milti milte milega diya diye dena dete deta dekha dekhne dekho "
    "laga lagi lage lagta sakte sakta sakti chahiye wala wali wale waale ke ki ka ko se ne par pe "
    "tak saath sath liye baad pehle paas kareeb zyada jyada kam bilkul bilkool sirf koi kuch kuchh "
    "sab sabhi sabse kitna itna itni itne jaise jaisa waisa kya kyun kaise kaun kamra kamre khana "
    "khane khaana nashta naashta paani pani garam thanda thandi saaf safai safaai suthra bistar "
    "chadar parda darwaza raat subah shaam din log logon bachche bacche bacchon parivar dost jagah "
    "swad swaad maza mazaa paisa paise vasool vasul sasta mehnga mehenga mahanga daam suvidha "
    "badbu shor dikkat pareshani madad vyavahar badtameez theek thik chhota chota chhoti bada badi "
    "bade naya purana purani sundar khoobsurat shaant shanti zaroor jarur dhanyavad shukriya "
    "namaste",
    "ar": "el elli illi fel fil lel bel wel wil mel ala fi fih fiha feeh feha mafish mafeesh mafi "
    "kan kanet kanit kanat kano kanu kanou mesh mish mosh mush mshi mouch moch machi kwayes "
    "kwayyes kwayesa kwayesin kwais kuwais kowayes helo helw helwa gamil gameel gamila gameela "
    "jamil jameel jamila jameela mumtaz momtaz momtaza mmtaz momtazin rawaa habibi zwin zwina "
    "zwine mezyan mezyana mzyan mzyana awi qawi giddan gidan gedan geddan jiddan jidan jeddan "
    "jidden ktir kteer kteir kthir kteera bzaf bezzaf bzzaf bzef barcha khales khalis aktar ahsan "
    "nedif ndif nedeef nadif nadeef nedifa nadifa naqi wesekh weskh wesekha wehesh wehsh wahesh "
    "sayye2 saye2 khayeb khayba ghorfa ghurfa ghoraf oda bayt akl elakl makla lmakla fetar fotoor "
    "ftour lftour iftar hammam mayya mayyah moyya skhoun sokhn sokhna taman tamam thaman ghali "
    "ghalya ghalia rkhis rekhis khedma khidma khidmat mohtarameen muwazzafin mowazafin estekbal "
    "esteqbal istiqbal makan lmakan makaan funduq fonduq lotel lhotel lotil lbhar sayarat mawaqif "
    "takyeef tekyif walla wallah wallahi wlh inshallah nshallah mashallah alhamdulillah "
    "hamdulillah shukran shokran choukran chokran yalla yaani bas lakin laken walaken kol kull "
    "kolo kollo kolshi kolchi kolha haga hagat shi chi hada hadha hadi hadhi dah dih deh eshi wla "
    "wala wlla ana ehna tani marra tkon nkon roht jit jina hta chwiya shwaya shwayya shway qrib "
    "orayeb",
    "el": "kai einai eimai eimaste itan htan etan isan htane eixe eixame eixan exei exoun exete "
    "den dhen mas sas tous tou tis ths tin thn sto sti sth stin sthn stis stous apo alla gia otan "
    "opou opos opws mono poly polu polla polloi para pros pio kati kanena kanenan kamia tipota "
    "pote panta edw edo ekei oles oloi ola olo auto afto auti afti autes tha na an ki me se oti os "
    "kata meta prin pano panw kato katw mesa exw ekso konta makria ksenodoxeio xenodoxeio "
    "ksenodoxio xenodoxio ksenodohio domatio dwmatio domatia dwmatia mpanio banio krevati krevatia "
    "sentonia petsetes proino prwino fagito fayito faghto trofi nero zesto krio kryo thalassa "
    "paralia pisina topothesia thea kentro kedro prosopiko proswpiko eksypiretisi eksipiretisi "
    "exypiretisi eksyphrethsh katharo kathara katharos kathari katharotita vromiko vromiki vromika "
    "vrwmiko kalo kali kala kalos kalytero kalitero kalh xalia asximo oraio oraia wraio wraia oreo "
    "yperoxo yperoxi yperoxa iperoxo teleio teleia telio telia metrio metria arketa akrivo akriva "
    "akrives fthino ftino timi timis eugeniko evgeniko eugeniki eugenikoi filoksenoi filikoi "
    "filiko eksypiretiko eksypiretikoi anaptiko aneto oikogeneia paidia zeugaria sinistw sunistw "
    "sinisto protino proteinw anepifylakta sigoura euxaristoume efxaristoume euxaristo efxaristo "
    "eyxaristw meiname perasame areso arese aresan fygame ksanapame ksanaerthoume apogoiteftiko "
    "apogoitefsi aparadekto thoryvo thorivo fasaria nyxta nyxtes vrady vradi mera meres ora ores "
    "douleve leitourgouse anthropoi anthrwpoi xoris xwris epiloges megalo mikro mikri palio",
}
_TOKEN = re.compile(r"[a-z0-9']+")
# Digits for Arabic letters that the Latin alphabet lacks: 7elwa, mo7tarameen, so5na; but not 3star.
_ARABIC_CHAT = re.compile(r"[a-z]+[235679][a-z]+|[37][a-z]{3,}|[a-z]{2,}[37]")
_NUMBERED = re.compile(
    r"\d+(?:st|nd|rd|th|stars?|days?|nights?|rooms?|beds?|pm|am|persons?|people|mins?|hours?|times?"
    r"|years?|weeks?|floors?|uhr|jours?|nuits?|noches?|dias?|giorni|notti)|(?:room|wifi|covid)\d+"
)
_MIN_SHARE = 0.3  # of a text's words
_WEAK = 0.5  # weight of a word that other languages in Latin letters have too


def romanised_language(text: str) -> str | None:
    """The language of a text in Latin letters if it is usually written in another script.

    Two words that no other language has, and three tenths of all words, must speak for it.

    Returns:
        "hi" (or Urdu, which sounds the same), "ar", "el", or None.
    """
    tokens = [token for token in _TOKEN.findall(text.lower()) if not token.isdecimal()]
    best, best_score = None, _MIN_SHARE * len(tokens)
    for code in _WORDS:
        own, shared = _word_sets(code)
        strong = [token for token in tokens if token in own or (code == "ar" and _is_chat(token))]
        score = len(strong) + _WEAK * sum(token in shared for token in tokens)
        enough = len(set(strong)) >= 2 or (len(strong) == 1 and len(tokens) <= 4)
        if enough and score >= best_score:
            best, best_score = code, score
    return best


def _is_chat(token: str) -> bool:
    return bool(_ARABIC_CHAT.fullmatch(token)) and not _NUMBERED.fullmatch(token)


@cache
def _word_sets(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a language that no language in Latin letters has, and the others."""
    words = frozenset(_WORDS[code].split())
    shared = frozenset(filter(is_latin_word, words))
    return words - shared, shared
