"""Words of roles in other languages than English, by the role; a word with ``*`` at its end stands for all that begin with it.

Accents are left away, as :func:`helpers.ingest.new_study.vocabulary.tokens` does. Chinese and Japanese words stand anywhere in a name.
"""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


UNIT = words(
    "nutzer* benutzer* kunde kunden kundin mitglied* besucher* konto haushalt teilnehmer* proband* abonnent* spieler* leser* "
    "client* utilisateur* visiteur* adherent* compte foyer joueur* patient* eleve etudiant* internaute "
    "cliente usuario* visitante* socio paciente* alumno* cuenta hogar jugador* suscriptor* persona "
    "assinante* aluno* conta visitante utente* paziente* studente* abbonato* tesserato "
    "klant klanten gebruiker* bezoeker* lid deelnemer* abonnee* leerling* "
    "musteri* kullanici* uye* abone* ziyaretci* hasta ogrenci* katilimci* "
    "klient* uzytkownik* pacjent* uczestnik* czlonek* odwiedzajacy gracz "
    "kund anvandare medlem bruker asiakas kayttaja zakaznik uzivatel "
    "пользовател* клиент* покупател* посетител* абонент* участник* пациент* студент* игрок* "
    "ユーザー 顧客 会員 利用者 お客様 患者 用户 客户 会员 账户 账号 患者 学生 访客 사용자 고객 회원"
)
KEY = words("num numero codigo codice kod cod code numer номер идентификатор номера ид 番号 编号 号 번호")
VARIANT = words(
    "*variante *varianten *variant gruppe testgruppe versuchsgruppe versio* versao versie wersja surum верси* バージョン 版本 方案 버전 zelle cellule cella celula celda cel hucre variante varianten gruppenzuweisung zuteilung zuweisung fassung "
    "groupe bras grupo brazo braco celda gruppo braccio groep testgroep varianten toewijzing "
    "grup grubu varyant deney grupa wariant* komorka ramie ryhma grupp skupina varianta versuchsarm "
    "valtozat csoport kelompok varian nhom ομάδα ομαδα παραλλαγή skupina"
    " групп* вариант* ветк* グループ バリアント 群 パターン 割付 割り当て 分组 组别 实验组 变体 分桶 实验分组 그룹 실험군"
)
VARIANT_WEAK = words(
    "echantillon test* kol methode *methode *methoden methode* metodo methode metoda metode yontem метод* *gruppe *gruppen *groep *grupp *gruppo"
    " *version *versie *fassung 方法 手法 방법"
)
CONTROL = words(
    "kontrollgruppe kontroll* kontrol* controle* controllo temoin kontrola control* контрол* コントロール 対照 統制 对照 控制 대조 "
    "alt alte altes alter bisher* original* ancien* actuel* antigu* actual antigo antiga atual vecchi* attuale oud oude huidig* "
    "eski mevcut star stara stare stary obecn* стар* текущ* исходн* 旧 現行 现有 原版 기존 "
    "ohne kein keine sans aucun* sin sem senza zonder geen bez brak без なし 无 無 olmadan yok"
)
ITSELF = words(
    "kontrollgruppe* *kontrollgruppe kontrolle kontrollgrupp* kontroll vergleichsgruppe wartegruppe wartekontroll* unbehandelt* temoin* temoins controle controlegroep"
    " controllo testigo kontrola kontrolna kontrolni kontrol kontrolgruppe kontrolgrubu grupacontrol verrokki* kontrolliryhma placebogruppe"
    " контрольн* контроль плацебо コントロール 対照 統制 对照 控制 参照 대조 통제"
)
"""The control itself, by the name of a level or of a column."""
WITHHELD = words(
    "ausgeschlossen* deaktiviert* abgeschaltet* unterdruckt* zuruckgehalten* exclu exclus exclue* desactive* supprime* excluid* excluido* desactivad* desativad*"
    " escluso esclusi disattivat* uitgesloten uitgeschakeld* haric wylaczon* wykluczon* исключен* отключен* 除外 無効 排除 停用 제외"
    " alt alte altes alter ancien* antigo antiga antigu* vecchi* oud oude eski stara stare stary star* стар* 旧"
)
MONEY = words(
    "spende spenden spendenbetrag spendensumme don dons donacion donaciones donazione umsatz* nettoumsatz betrag bestellwert warenkorbwert einkaufswert erlos* erloes* ausgaben gewinn* preis einzelpreis stuckpreis stueckpreis gesamtpreis kaufpreis "
    "montant* chiffre ca recette* depense* panier revenu* prix "
    "ingreso* importe gasto* venta* monto facturac* precio receita* faturamento venda* valor lucro preco "
    "fatturato importo spesa ricav* vendit* prezzo omzet* bedrag* uitgaven bestelwaarde orderwaarde prijs winst "
    "ciro tutar* harcama* gelir* fiyat* kazanc przychod* kwota wydatk* sprzedaz obrot wartosc cena "
    "выручк* сумм* доход* оборот* трат* стоимост* прибыл* цен* "
    "omsattning omsetning omsaetning liikevaihto bevetel arbevetel oborot pendapatan penjualan έσοδα trzby"
    " 売上 金額 収入 売上高 购买额 金额 收入 销售额 消费 매출 금액"
)
SECONDS = words("sek sekunden secondes segundos seg secondi segundo saniye sn sekund sekundy сек секунд* 秒")
OTHER_TIMES = words(
    "minuten minutos minuti minuut dakika dk minuty минут* мин 分 分钟 时间 stunden heures horas ore uur saat godziny час*"
)
SPANS = {
    "milliseconds": words(
        "ms msec msecs millis milliseconds millisecond millisekunden millisecondes milisegundos мс ミリ秒 毫秒"
    ),
    "minutes": words("minutes minute mins minuten minutos minuti minuut minuten dakika minuty минут* мин 分钟 분"),
    "hours": words(
        "hours hour hrs hr stunden stunde heures heure horas ore uur uren saat godziny godzin час часов 小时 시간수"
    ),
    "days": words("days day tage tagen tag jours jour dias giorni dagen gun dni дней дни 日数 天数 일수"),
    "weeks": words("weeks week wochen woche semaines semanas settimane weken hafta tygodni недель недели 週数 周数"),
    "months": words("months month monate monat mois meses mesi maanden ay miesiecy месяцев месяцы 月数"),
    "years": words("years year jahre jahr annees ans anos anni jaren yil lat лет 年数"),
}
"""What lengths of time are counted in, beside seconds."""
LENGTHS = words(
    "dauer* *dauer verweildauer* sitzungsdauer* lesezeit* spielzeit* duree* temps duracion tiempo duracao tempo durata duur kijktijd* leestijd "
    "bezoekduur* sure* czas длительност* 滞在時間 視聴時間 閲覧時間 時間 时长 时间 停留"
)
BOUGHT = words(
    "geantwortet abonniert bestanden gespendet gekauft kauf* bestellt bestellung* konvertiert* konversion* abgeschlossen abschluss gebucht buchung* angemeldet anmeldung* registriert* "
    "achat* achete* command* convert* inscrit* inscription* reserv* souscri* abonne "
    "compra* compro pedido* convertid* conversion* registrad* suscri* suscrito "
    "comprou convertid* cadastr* assinou assinatura* reservou "
    "acquist* comprato ordin* convertit* iscritt* iscrizion* prenot* "
    "gekocht koop aankoop* aankopen besteld* bestelling* geconverteerd* conversie* ingeschreven inschrijving* geboekt boeking* "
    "satin siparis* donusum* kayit abone rezervasyon* "
    "kupil* zakup* zamowien* konwersj* zapis* zarejestrowan* rezerwac* zarezerwowal* "
    "verkauft vendu vendus vendido vendida vendidos venduto venduta venduti verkocht sprzedany sprzedane "
    "купил* покупк* заказ* конверси* подпис* зарегистр* оформил* брон* "
    "購入 注文 申込 登録 予約 コンバージョン 契約 购买 下单 转化 注册 订阅 订单 预订 成交 구매 주문 가입 전환"
)
KEPT = words(
    "verlangert verlaengert* behalten aktiv* actif active renovad* renouvele* rinnovat* verlengd* yenilen* odnowion* продлил* 継続 留存 续费"
)
DONE = words(
    "besuch* klick* geoffnet* geoeffnet* geklickt* sitzung* seitenaufruf* aufruf* visite* clic* session* vues vistas visita* sesion* sessoes acesso* sessioni pagine "
    "bezoek* bezoeken klik* sessies paginaweergaven ziyaret* tiklama* oturum* wizyt* klikniec* sesj* odslon* визит* клик* сесси* просмотр* "
    "訪問 閲覧 クリック セッション 访问 点击 浏览 会话 방문 클릭"
)
HARM = words(
    "adverse nebenwirkung* indesirable* adverso* adversa* avvers* bijwerking* sterblichkeit* mortalite mortalidad* mortalita sterfte "
    "abmeld* gekundigt gekuendigt kundigung* kuendigung* storniert* storno* beschwerde* reklamation* abgemeldet retoure* abbruch* "
    "fehlzeit* rucksend* ruecksend* ruckgabe* rueckgabe* zuruckgesch* zurueckgesch* zuruckgesandt* zurueckgesandt* zuruckgegeben* zurueckgegeben* resilia* resilie resilies resiliee resiliees desabonn* inadimpl* moroso morosa morosidad* plainte* annul* rembours* retour* renvoye* "
    "baja cancel* queja* devol* devuelt* abandon* reclam* reingreso* readmis* descadastr* disdett* annullat* disiscritt* reso resi restituito restituiti restituita rimborsat* "
    "opgezegd* klacht* geannuleerd* uitgeschreven retour* geretourneerd* teruggestuurd* teruggezonden iptal* sikayet* iade* "
    "rezygnac* reklamacj* anulowan* zwrot* zwroc* odeslan* отпис* жалоб* отмен* возврат* "
    "解約 キャンセル 返品 返送 苦情 退会 退订 投诉 取消 退货 退款 流失 이탈 해지 취소 반품 환불"
)
SLOW = words(
    "wartezeit* ladezeit* antwortzeit* verspatung* verspaetung* verzogerung* fehler* ausfall* attente retard* panne* erreur* espera retraso* "
    "demora* atraso* attesa ritard* wachttijd* vertraging* fout* bekleme gecikme* hata* oczekiwani* opozni* bled* ожидани* задержк* ошибк* "
    "待ち時間 遅延 エラー 等待 延迟 错误 대기 지연 오류"
)
COST = words(
    "kosten *kosten kostenpunkt aufwand aufwendung* verlust* schaden* mahnung* "
    "cout couts perte pertes impaye* coste costes costo costos perdida* impagad* custo custos perda* prejuizo* costi perdit* "
    "kosten verlies verliezen maliyet* kayip* zarar koszt* straty strat расход* издерж* затрат* потер* убыт* "
    "kostnad* *kostnad *kostnader *omkostninger forlust* omkostning* kustannus* tappio* naklad* ztrat* "
    "費用 コスト 損失 原価 成本 费用 损失 비용 손실"
)
"""What is paid or lost, as a business counts it."""
NEUTRAL = words(
    "betrag importe montant* bedrag* tutar* kwota сумм* chiffre ca prix precio preco prezzo prijs fiyat* cena цен* valor wartosc стоимост* importo monto 金額 金额 금액"
)
"""Amounts and prices that say not whose they are."""
ANSWERS = words(
    "zufrieden unzufrieden zutreffend satisfait* insatisfait* accord satisfecho* insatisfecho* acuerdo satisfeito* insatisfeito* concordo discordo"
    " soddisfatt* insoddisfatt* tevreden ontevreden memnun* zadowolon* доволен недоволен согласен 満足 不満 满意 不满 만족 불만"
)
MEASURED = words(
    "kg kilo kilos kilogram* gram grams gramm gramme lb lbs oz ounces pound cm mm km metre metres meter meters mile miles inch inches sqm ml cl litre litres liter liters"
    " gb mb kb kwh kcal celsius bpm weight gewicht poids peso width breite largeur ancho largura larghezza breedte height hohe hoehe hauteur altura altezza hoogte"
    " length lange laenge longueur longitud comprimento lunghezza size grosse groesse taille tamano tamanho grootte taglia talla capacity kapazitat"
    " kapazitaet capacite capacidad capacidade capacita capaciteit distance entfernung distanz distancia distanza afstand temperature temperatur temperatura temperatuur"
    " shelf regal rayon estante scaffale schap aisle bin warehouse lager lagerort lagerplatz entrepot almacen armazem magazzino magazijn depot floor etage stock piso andar piano verdieping"
    " room zimmer position platz plaza slot latitude longitude"
)
"""What a thing measures and where it lies, in units of measure and in words."""
ENDED_WELL = words(
    "recovered recovery cured healed resolved solved survived remission genesen geheilt gesund gelost geloest behoben gueri guerie gueris resolu resolue retabli"
    " recuperado recuperada curado curada resuelto resuelta resolvido resolvida guarito guarita risolto risolta genezen hersteld opgelost"
    " sold repaid joined responders approved granted verkauft zuruckgezahlt zurueckgezahlt beigetreten genehmigt vendu vendus accorde accordee honore honoree honores aprobado aprobada"
    " aprobados vendido vendida concedido concedida aprovado aprovada approvato approvata venduto venduta concesso concessa onorato verkocht goedgekeurd toegekend sprzedany przyznany"
)
"""What ended as a user or a patient wants it, where no harm stands beside it,"""
CONTENT = words(
    "nps csat satisfaction zufriedenheit kundenzufriedenheit satisfaccion satisfacao soddisfazione tevredenheid klanttevredenheid"
)
"""how content somebody is,"""
REACHED = words("reached achieved erreicht atteint atteinte alcanzado alcancado raggiunto bereikt")
STAGES = words(
    "level lvl goal milestone stage ziel stufe niveau palier objectif nivel objetivo meta livello obiettivo traguardo doel"
)
"""and that somebody got somewhere, and where."""
TURNED = words(
    "gewicht ersparnis* gespart eingespart* behoben* gelost* geloest* korrigiert* vermieden* verhindert* frei *frei erkannt* entdeckt* gefunden* geheilt*"
    " ahorr* economie* economis* evite* resolu* corrige* sauve* libre detect* trouve* gueri* evitad* resuelt* corregid* prevenid* curad* encontrad* recuperad*"
    " risparmi* evitat* risolt* corrett* trovat* guarit* resolvid* corrigid* prevenido* opgelost* voorkomen* gevonden hersteld*"
    " cozulen* onlenen* bulunan* kurtarilan* rozwiazan* naprawion* unikniet* wykryt* решен* исправлен* предотвращ* обнаружен* выявлен*"
    " 解決 防止 回避 修正 検出 发现 解决 避免 修复 해결 예방 방지 발견"
)
GRADES = words(
    "note noten schulnote* abschlussnote* prufungsnote* pruefungsnote* klausurnote* zensur zensuren znamka znamky"
)
TIME = words(
    "zeit* zeitpunkt datum zeitstempel erstellt* uhrzeit date horodatage heure cree* fecha* hora* momento marca creado* data criado* "
    "dato ora creato* tijdstip tijd aangemaakt* datum tarih* zaman* olusturma* czas utworzono время дата создан* 日時 時刻 日付 作成日時 タイムスタンプ "
    "时间 日期 时刻 시간 날짜"
)
EVENT = words(
    "ereignis* aktion vorgang evenement* evento* accion acao azione gebeurtenis* actie olay* eylem* islem zdarzen* akcja событ* действ* "
    "イベント 行動 アクション 事件 行为 动作 이벤트"
)
EVENT_WEAK = words("schritt etape paso etapa passo stap adim krok шаг* ステップ 步骤")
AFTER = words("nach danach nachher nachtest* apres despues depois dopo sonra после 之后 以后 이후 後")
BEFORE = words(
    "basale basal ly vor vortest* vorwert* vorher* vorjahr* vormonat* fruher* frueher* letzte* bisherig* avant precedent* dernier* antes anterior* previo* previa* ultimo* "
    "precedent* prima scors* ervoor vorig* eerder* onceki gecen wczesniej* poprzedni* przed до прошл* предыдущ* 前月 前年 過去 前回 上月 之前 历史 以前 去年 过去"
)
ATTRIBUTE = words(
    "geschlecht alter land bundesland gerat geraet kanal sprache tarif plz ort pays appareil sexe age region* departement ville langue pais dispositivo sexo edad "
    "ciudad canal* idade estado cidade plano paese sesso eta citta canale piano apparaat geslacht leeftijd provincie taal ulke cihaz cinsiyet yas sehir dil "
    "kraj urzadzenie plec wiek kanal wojewodztwo miasto jezyk стран* устройств* пол возраст канал регион* город язык "
    "国 デバイス 性別 年齢 チャネル 地域 年代 言語 国家 设备 性别 年龄 渠道 地区 城市 语言 국가 기기 성별"
)
TREATMENT = words(
    "testgruppe neu neue neues neuer variante behandlung mit traitement nouveau nouvelle avec tratamiento prueba nuevo nueva con tratamento teste novo nova com "
    "trattamento nuovo nuova behandeling nieuw nieuwe met yeni deney olan nowa nowe nowy testowa nov* tест* тест* нов* со "
    "テスト 実験 介入 新 あり 实验 测试 新版 有 실험"
)
NOT = words(
    "ohne kein keine nicht sans pas sin sem nao senza zonder geen niet bez brak nie olmadan без не なし 無 无 非 未"
)
YES = words("igen kylla kyllä ναι 네 对 對 真 正确 verdad certo prawda")
NO_ANSWER = words("not nem ei όχι οχι 错 錯 不 假 没有 沒有 不是 错误 ne")
"""Answers in more languages than tables of numbers are read in,"""
LETTERS = frozenset("yn jn on sn tn tf vf wf eh дн ил".split())  # noqa: SIM905
"""and their first letters, and those of true and false: yes before no, of English, German, French, Spanish, Polish, Turkish, Russian."""
