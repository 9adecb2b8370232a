"""The words that a table has for currencies, where one is told by its whole name: US dollar, Schweizer Franken, hryvnia."""

from typing import Final

_PLAIN: Final = {
    "EUR": "euro, euros, евро, ευρώ",
    "USD": "us dollar, us dollars, u.s. dollar, us-dollar, american dollar, american dollars, united states dollar, dollar us, dollars us,"
           " amerikanischer dollar, dollar américain, dollars américains, dólar estadounidense, dólares estadounidenses, dólar americano,"
           " dólares americanos, dollaro statunitense, dollaro usa, amerikan doları, доллар сша",
    "CAD": "canadian dollar, canadian dollars, kanadischer dollar, kanadische dollar, dollar canadien, dollars canadiens, dólar canadiense",
    "AUD": "australian dollar, australian dollars, australischer dollar, australische dollar, dollar australien, dólar australiano",
    "NZD": "new zealand dollar, new zealand dollars, neuseeländischer dollar",
    "HKD": "hong kong dollar, hong kong dollars, hongkong-dollar, hongkong dollar",
    "SGD": "singapore dollar, singapore dollars, singapur-dollar",
    "TWD": "taiwan dollar, new taiwan dollar, taiwan-dollar",
    "GBP": "pound sterling, pounds sterling, british pound, british pounds, pfund sterling, britisches pfund, britische pfund, livre sterling,"
           " livres sterling, libra esterlina, libras esterlinas, sterlina",
    "CHF": "swiss franc, swiss francs, schweizer franken, franc suisse, francs suisses, franco svizzero, franchi svizzeri, franco suizo,"
           " francos suizos",
    "SEK": "swedish krona, swedish kronor, swedish krone, schwedische krone, schwedische kronen, svenska kronor, svensk krona, kronor",
    "NOK": "norwegian krone, norwegian kroner, norwegische krone, norwegische kronen, norske kroner, norsk krone",
    "DKK": "danish krone, danish kroner, dänische krone, dänische kronen, danske kroner, dansk krone",
    "ISK": "icelandic krona, icelandic króna, isländische krone, isländische kronen",
    "CZK": "czech koruna, czech crown, tschechische krone, tschechische kronen, česká koruna, koruna, korun",
    "PLN": "polish zloty, polish złoty, polnischer zloty, zloty, złoty, złotych",
    "HUF": "hungarian forint, ungarischer forint, forint, magyar forint",
    "RON": "romanian leu, rumänischer leu, leu românesc",
    "BGN": "bulgarian lev, bulgarischer lew",
    "JPY": "japanese yen, japanischer yen, japanische yen, yen japonais, yen",
    "CNY": "chinese yuan, chinesischer yuan, yuan, renminbi, 人民币",
    "KRW": "south korean won, korean won, südkoreanischer won",
    "INR": "indian rupee, indian rupees, indische rupie, indische rupien, roupie indienne",
    "RUB": "russian ruble, russian rubles, russian rouble, russischer rubel, russische rubel, rubel, российский рубль",
    "UAH": "ukrainian hryvnia, hryvnia, hryvnya, grivna, griwna, гривна, гривня, гривень",
    "TRY": "turkish lira, türkische lira, türk lirası",
    "BRL": "brazilian real, brasilianischer real, real brasileiro, reais",
    "MXN": "mexican peso, mexican pesos, mexikanischer peso, peso mexicano, pesos mexicanos",
    "ARS": "argentine peso, argentine pesos, peso argentino, pesos argentinos",
    "ZAR": "south african rand, südafrikanischer rand",
    "ILS": "israeli shekel, new shekel, israeli new shekel, shekel, shekels",
    "AED": "uae dirham, emirati dirham",
    "SAR": "saudi riyal",
    "THB": "thai baht, baht",
    "IDR": "indonesian rupiah, rupiah",
    "MYR": "malaysian ringgit, ringgit",
    "PHP": "philippine peso, philippine pesos",
}  # fmt: skip
BY_NAME: Final = {word.strip(): code for code, words in _PLAIN.items() for word in words.split(",")}
"""The code of each, in small letters."""
DOLLARS: Final = frozenset(("dollar", "dollars", "dólar", "dólares"))
"""Words for a currency of any of several states, and for nothing else."""
