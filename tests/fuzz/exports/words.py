"""What companies call their columns, arms and events, by language and by domain; a third is held back.

Nothing here was copied from the words that the project knows. ``Words(seen=False)`` gives the third that nobody mends with.
"""

import random
from dataclasses import dataclass, field

LANGUAGES: dict[str, dict[str, str]] = {
    "en": {
        "unit": "user_id customer_id visitor_id account_id member_no subscriber_id device_id player_id household_id uid client_id "
        "profile_id contact_id anonymous_id participant_id",
        "variant": "variant group test_group ab_group experiment_group bucket arm cell treatment_group assignment version test_cell "
        "split condition exp_variant",
        "amount": "revenue order_value spend gmv total_amount sales net_revenue basket_value turnover ltv_30d purchase_amount income_eur",
        "count": "orders sessions page_views logins n_purchases items_bought visits messages_sent num_bookings searches plays downloads",
        "binary": "converted purchased subscribed signed_up renewed is_buyer activated booked has_ordered retained registered upgraded",
        "harm": "churned unsubscribed complaint crashed refunded cancelled bounced returned_item spam_report",
        "time": "created_at timestamp event_time assigned_at ts first_seen date_time occurred_at entry_date",
        "event": "event event_name action activity event_type step interaction hit_type what_happened",
        "before": "revenue_last_30d orders_before visits_prev_month spend_prior_year pre_sessions history_90d",
        "traits": "country device platform gender channel plan_type region browser os segment age_band language",
        "yes": "Yes/No Y/N TRUE/FALSE true/false yes/no T/F",
        "duration": "time_on_site_sec session_minutes watch_time_s dwell_seconds minutes_played reading_time",
    },
    "de": {
        "unit": "kunden_id kundennummer nutzer_id besucher_id mitgliedsnr benutzer kunde konto_id haushalt_id",
        "variant": "gruppe testgruppe variante versuchsgruppe zelle zuweisung ausspielung testvariante fassung",
        "amount": "umsatz bestellwert betrag nettoumsatz warenkorbwert einkaufswert ausgaben_eur erloes",
        "count": "bestellungen sitzungen seitenaufrufe anzahl_kaeufe besuche klicks",
        "binary": "gekauft konvertiert abgeschlossen angemeldet gebucht bestellt registriert verlaengert",
        "harm": "gekuendigt storniert beschwerde abgemeldet reklamation",
        "time": "zeitpunkt datum zeitstempel erstellt_am ereigniszeit",
        "event": "ereignis aktion vorgang schritt",
        "before": "umsatz_vorher bestellungen_vorjahr besuche_vormonat umsatz_letzte_30_tage",
        "traits": "land geraet geschlecht kanal region tarif bundesland",
        "yes": "ja/nein Ja/Nein J/N",
        "duration": "verweildauer_sek sitzungsdauer_min lesezeit_sekunden",
    },
    "fr": {
        "unit": "id_client client_id numero_client utilisateur visiteur_id id_utilisateur adherent no_compte",
        "variant": "groupe variante groupe_test version_page cellule bras echantillon",
        "amount": "chiffre_affaires montant panier valeur_commande montant_total depenses ca_net",
        "count": "commandes visites nb_achats pages_vues sessions nombre_de_commandes",
        "binary": "achat inscrit converti a_achete abonne reserve commande_passee",
        "harm": "resilie desabonne plainte annule remboursement",
        "time": "date_heure horodatage date_creation cree_le",
        "event": "evenement action etape type_evenement",
        "before": "ca_avant achats_mois_precedent visites_annee_precedente",
        "traits": "pays appareil sexe canal region departement",
        "yes": "oui/non Oui/Non O/N",
        "duration": "duree_session_sec temps_passe_min duree_lecture",
    },
    "es": {
        "unit": "id_cliente usuario_id cliente numero_cliente id_usuario visitante_id socio",
        "variant": "grupo variante grupo_prueba version celda tratamiento_grupo brazo",
        "amount": "ingresos importe gasto valor_pedido ventas monto_total facturacion",
        "count": "pedidos visitas compras_num sesiones paginas_vistas num_pedidos",
        "binary": "compro convertido registrado suscrito reservado ha_comprado",
        "harm": "baja cancelado queja devolucion abandono",
        "time": "fecha_hora fecha creado_en marca_de_tiempo",
        "event": "evento accion tipo_evento paso",
        "before": "ingresos_previos pedidos_mes_anterior gasto_antes",
        "traits": "pais dispositivo sexo canal ciudad_tipo plan",
        "yes": "si/no Sí/No S/N",
        "duration": "duracion_seg tiempo_en_sitio minutos_vistos",
    },
    "pt": {
        "unit": "id_cliente usuario_id cliente_id cod_cliente id_usuario assinante cpf_hash",
        "variant": "grupo variante grupo_teste versao celula braco",
        "amount": "receita valor_pedido gasto faturamento valor_total vendas",
        "count": "pedidos visitas sessoes num_compras acessos",
        "binary": "comprou convertido cadastrado assinou reservou",
        "harm": "cancelou reclamacao descadastrou devolveu",
        "time": "data_hora criado_em data momento",
        "event": "evento acao tipo_evento etapa",
        "before": "receita_anterior pedidos_mes_anterior gasto_antes",
        "traits": "pais dispositivo sexo canal estado plano",
        "yes": "sim/não Sim/Não S/N",
        "duration": "duracao_seg tempo_no_site minutos_assistidos",
    },
    "it": {
        "unit": "id_cliente codice_cliente utente_id id_utente cliente numero_tessera",
        "variant": "gruppo variante gruppo_test versione cella braccio",
        "amount": "fatturato importo spesa valore_ordine ricavi totale_acquisti",
        "count": "ordini visite sessioni numero_acquisti pagine_viste",
        "binary": "acquistato convertito iscritto ha_comprato prenotato",
        "harm": "disdetta reclamo annullato disiscritto",
        "time": "data_ora creato_il data momento",
        "event": "evento azione tipo_evento passo",
        "before": "spesa_precedente ordini_mese_prima ricavi_prima",
        "traits": "paese dispositivo sesso canale regione piano",
        "yes": "sì/no Si/No S/N",
        "duration": "durata_sec tempo_sul_sito minuti_visti",
    },
    "nl": {
        "unit": "klant_id klantnummer gebruiker_id bezoeker_id lidnummer gebruiker",
        "variant": "groep variant testgroep versie cel toewijzing",
        "amount": "omzet bedrag bestelwaarde uitgaven netto_omzet orderwaarde",
        "count": "bestellingen bezoeken sessies aantal_aankopen paginaweergaven",
        "binary": "gekocht geconverteerd ingeschreven besteld geboekt",
        "harm": "opgezegd klacht geannuleerd uitgeschreven",
        "time": "tijdstip datum aangemaakt_op datum_tijd",
        "event": "gebeurtenis actie stap",
        "before": "omzet_vorige_maand bestellingen_ervoor bezoeken_vorig_jaar",
        "traits": "land apparaat geslacht kanaal provincie",
        "yes": "ja/nee Ja/Nee J/N",
        "duration": "bezoekduur_sec kijktijd_min leestijd",
    },
    "tr": {
        "unit": "musteri_id kullanici_id musteri_no uye_no kullanici abone_no",
        "variant": "grup varyant test_grubu surum deney_grubu kol",
        "amount": "ciro tutar harcama siparis_tutari gelir toplam_tutar",
        "count": "siparis_sayisi ziyaret oturum_sayisi siparisler tiklama",
        "binary": "satin_aldi donusum kayit_oldu abone_oldu rezervasyon_yapti",
        "harm": "iptal sikayet iade abonelikten_cikti",
        "time": "tarih zaman olusturma_tarihi olay_zamani",
        "event": "olay islem eylem adim",
        "before": "onceki_ciro gecen_ay_siparis onceki_harcama",
        "traits": "ulke cihaz cinsiyet kanal sehir_tipi",
        "yes": "evet/hayır Evet/Hayır E/H",
        "duration": "sure_sn sitede_gecen_sure izleme_dk",
    },
    "pl": {
        "unit": "id_klienta klient_id nr_klienta uzytkownik_id id_uzytkownika numer_karty",
        "variant": "grupa wariant grupa_testowa wersja komorka ramie",
        "amount": "przychod kwota wydatki wartosc_zamowienia obrot sprzedaz",
        "count": "zamowienia wizyty sesje liczba_zakupow odslony",
        "binary": "kupil konwersja zapisany zarejestrowany zakup zarezerwowal",
        "harm": "rezygnacja reklamacja anulowano zwrot",
        "time": "data_czas utworzono data czas_zdarzenia",
        "event": "zdarzenie akcja krok typ_zdarzenia",
        "before": "przychod_wczesniej zamowienia_poprzedni_miesiac wydatki_przed",
        "traits": "kraj urzadzenie plec kanal wojewodztwo",
        "yes": "tak/nie Tak/Nie T/N",
        "duration": "czas_sesji_s czas_na_stronie minuty_ogladania",
    },
    "ru": {
        "unit": "пользователь_id клиент_id id_клиента номер_клиента посетитель абонент",
        "variant": "группа вариант тестовая_группа версия ветка ячейка",
        "amount": "выручка сумма доход сумма_заказа оборот траты",
        "count": "заказы визиты сессии количество_покупок клики",
        "binary": "купил конверсия подписался зарегистрировался оформил_заказ покупка",
        "harm": "отписался жалоба отмена возврат",
        "time": "время дата дата_время создано",
        "event": "событие действие шаг тип_события",
        "before": "выручка_до заказы_прошлый_месяц траты_до_теста",
        "traits": "страна устройство пол канал регион",
        "yes": "да/нет Да/Нет",
        "duration": "время_на_сайте_сек длительность_мин время_чтения",
    },
    "ja": {
        "unit": "ユーザーID 会員番号 顧客ID 顧客番号 会員ID 利用者",
        "variant": "グループ バリアント テスト群 実験群 パターン 割付",
        "amount": "売上 購入金額 注文金額 売上高 利用額 合計金額",
        "count": "注文数 訪問回数 購入回数 セッション数 閲覧数",
        "binary": "購入 コンバージョン 登録 購入フラグ 申込 予約",
        "harm": "解約 キャンセル 返品 苦情",
        "time": "日時 タイムスタンプ 作成日時 発生日時",
        "event": "イベント イベント名 行動 アクション",
        "before": "前月売上 前年購入回数 過去売上",
        "traits": "国 デバイス 性別 チャネル 地域",
        "yes": "はい/いいえ 有/無 ○/×",
        "duration": "滞在時間_秒 視聴時間_分 閲覧時間",
    },
    "zh": {
        "unit": "用户ID 客户编号 会员号 用户编号 客户ID 账户",
        "variant": "分组 实验组别 组别 版本 实验分组 方案",
        "amount": "销售额 订单金额 消费金额 收入 支付金额 总金额",
        "count": "订单数 访问次数 购买次数 会话数 点击数",
        "binary": "是否购买 转化 是否注册 已下单 是否订阅 购买",
        "harm": "退订 投诉 取消 退货",
        "time": "时间 日期 创建时间 事件时间",
        "event": "事件 事件名称 行为 动作",
        "before": "上月销售额 之前订单数 历史消费",
        "traits": "国家 设备 性别 渠道 地区",
        "yes": "是/否 有/无",
        "duration": "停留时长_秒 观看分钟 阅读时间",
    },
}  # fmt: skip

DOMAINS: dict[str, dict[str, str]] = {
    "shop": {"unit": "shopper_id customer_key buyer_id", "binary": "ordered checkout_completed placed_order",
             "count": "items cart_adds n_orders", "amount": "order_total merch_value aov_total",
             "events": "page_view>product_view>add_to_cart>purchase home>pdp>basket>order_placed view_item>begin_checkout>order"},
    "saas": {"unit": "workspace_id org_id tenant_id", "binary": "trial_to_paid upgraded_plan onboarded",
             "count": "projects_created invites_sent api_calls", "amount": "mrr arr seat_revenue",
             "events": "login>create_project>invite_teammate>subscribe app_opened>feature_used>upgrade_clicked>plan_paid sign_in>doc_created>share>trial_started"},
    "games": {"unit": "player gamer_tag_id playerid", "binary": "retention_d7 d1_return made_iap",
              "count": "rounds levels_cleared matches_played", "amount": "iap_revenue gems_spent_usd arppu",
              "events": "session_start>level_start>level_complete>iap_purchase launch>tutorial_done>match_end>store_purchase app_start>round>boss_beaten>coins_bought"},
    "bank": {"unit": "client_no iban_hash cif_number", "binary": "card_activated loan_taken account_opened",
             "count": "transfers card_payments app_logins", "amount": "deposit_balance_change card_spend loan_amount",
             "events": "offer_shown>form_started>form_submitted>account_opened login>rates_viewed>application>loan_signed banner>calculator>kyc_passed>card_issued"},
    "ads": {"unit": "cookie_id hashed_email idfa", "binary": "clicked lead_submitted installed",
            "count": "clicks impressions_won leads", "amount": "ad_revenue attributed_sales payout",
            "events": "impression>click>landing>lead ad_served>ad_click>form_view>signup bid_won>view>site_visit>install"},
    "health": {"unit": "patient_id mrn subject_no", "binary": "attended vaccinated appointment_kept",
               "count": "visits_attended refills steps_logged", "amount": "copay_paid cost_of_care claims_paid",
               "events": "reminder_sent>portal_login>slot_viewed>appointment_booked sms>link_opened>form_filled>screening_done invite>login>questionnaire>vaccinated"},
    "school": {"unit": "student_id learner_id pupil_no", "binary": "passed enrolled completed_course",
               "count": "lessons_done quizzes_taken homeworks", "amount": "tuition_paid fees_paid donation_to_school",
               "events": "course_page>lesson_start>quiz>certificate login>video_watched>exercise_done>enrolled catalog>preview>trial_lesson>course_bought"},
    "logistics": {"unit": "shipment_id driver_id parcel_no", "binary": "delivered_on_time first_attempt_ok slot_accepted",
                  "count": "stops_completed deliveries pickups", "amount": "freight_revenue tip fuel_savings",
                  "events": "order_received>dispatched>out_for_delivery>delivered quote_viewed>quote_accepted>pickup>proof_signed app_login>offer_seen>offer_accepted>trip_done"},
    "media": {"unit": "reader_id listener_id viewer_key", "binary": "subscribed_digital finished_episode newsletter_joined",
              "count": "articles_read episodes streams", "amount": "subscription_revenue ad_income tips_given",
              "events": "article_open>paywall_seen>offer_click>subscription homepage>play>finish>follow open>read>comment>register"},
    "travel": {"unit": "traveler_id pnr guest_id", "binary": "trip_booked reserved upgraded_cabin",
               "count": "nights_booked searches_made trips", "amount": "booking_value ancillary_revenue fare_paid",
               "events": "search>hotel_view>room_select>booking flight_search>fare_view>seat_chosen>ticket_issued landing>offer_view>passenger_form>paid"},
    "hr": {"unit": "candidate_id applicant_no employee_id", "binary": "applied interview_accepted hired",
           "count": "applications trainings_finished referrals", "amount": "bonus_paid referral_payout training_budget_used",
           "events": "job_view>apply_click>cv_upload>application_sent mail_open>survey_start>survey_done>workshop_booked posting>profile>interview>offer_signed"},
    "charity": {"unit": "donor_id supporter_no constituent_id", "binary": "gave donated pledge_made",
                "count": "gifts petitions_signed volunteer_shifts", "amount": "gift_amount donation_total amount_given",
                "events": "email_open>page>form>donation appeal>story_read>donate_click>gift letter>visit>petition>recurring_gift"},
}  # fmt: skip

LEVELS: dict[str, list[tuple[str, ...]]] = {
    "en": [
        ("control", "treatment"), ("A", "B"), ("control", "variant"), ("old_page", "new_page"), ("0", "1"), ("Control", "Variant B"),
        ("control", "variant_1", "variant_2"), ("holdout", "exposed"), ("psa", "ad"), ("baseline", "redesign"), ("off", "on"),
        ("no_email", "email"), ("original", "challenger"), ("control", "test"), ("A", "B", "C"), ("untreated", "treated"),
        ("current", "new"), ("placebo", "drug"), ("no discount", "10% off", "20% off"), ("false", "true"), ("C", "T"), ("existing", "new"),
        ("ctrl", "trt"), ("default", "personalised"), ("No E-Mail", "Mens E-Mail", "Womens E-Mail"), ("status quo", "nudge"), ("base", "v2"),
        ("Control Group", "Test Group"), ("without_banner", "with_banner"), ("control", "blue", "green", "red"), ("legacy", "modern"),
        ("1", "2"), ("gate_30", "gate_40"), ("nothing", "postcard", "call"), ("business as usual", "new offer"), ("non-treated", "treated"), ("a", "b"), ("standard", "variant"),
    ],
    "de": [("Kontrolle", "Variante"), ("Kontrollgruppe", "Testgruppe"), ("alt", "neu"), ("ohne Rabatt", "mit Rabatt"), ("Original", "Variante 1"), ("KG", "TG"), ("bisher", "neu")],
    "fr": [("témoin", "traitement"), ("contrôle", "test"), ("ancien", "nouveau"), ("groupe témoin", "groupe test"), ("sans remise", "avec remise"), ("actuel", "nouveau")],
    "es": [("control", "tratamiento"), ("control", "prueba"), ("antiguo", "nuevo"), ("sin descuento", "con descuento"), ("actual", "nuevo"), ("grupo control", "grupo prueba")],
    "pt": [("controle", "tratamento"), ("controle", "teste"), ("antigo", "novo"), ("sem desconto", "com desconto"), ("atual", "nova"), ("grupo controle", "grupo teste")],
    "it": [("controllo", "trattamento"), ("controllo", "test"), ("vecchio", "nuovo"), ("senza sconto", "con sconto"), ("attuale", "nuovo")],
    "nl": [("controle", "behandeling"), ("controlegroep", "testgroep"), ("oud", "nieuw"), ("zonder korting", "met korting"), ("huidig", "nieuw")],
    "tr": [("kontrol", "deney"), ("kontrol", "test"), ("eski", "yeni"), ("kontrol grubu", "test grubu"), ("mevcut", "yeni")],
    "pl": [("kontrola", "wariant"), ("kontrolna", "testowa"), ("stara", "nowa"), ("grupa kontrolna", "grupa testowa"), ("bez rabatu", "z rabatem")],
    "ru": [("контроль", "тест"), ("контрольная", "тестовая"), ("старая", "новая"), ("контроль", "вариант 1", "вариант 2"), ("без скидки", "со скидкой")],
    "ja": [("コントロール", "テスト"), ("対照群", "実験群"), ("旧", "新"), ("統制群", "介入群"), ("なし", "あり")],
    "zh": [("对照组", "实验组"), ("对照", "实验"), ("旧版", "新版"), ("控制组", "测试组"), ("无优惠", "有优惠")],
}  # fmt: skip
"""Names of arms, the control first; each says to somebody who speaks the language which one it is."""

SILENT = [("dark", "light"), ("Anna", "Maria"), ("north", "south"), ("blue", "green"), ("short form", "long form"), ("Paris", "Lyon"), ("carousel", "grid"), ("X", "Y"),
          ("video", "image", "text"), ("monthly", "yearly"), ("friendly", "formal"), ("red", "black")]  # fmt: skip
"""Names of arms that do not say which one is the control."""

EVENT_CHAINS = {
    "de": ["seite_gesehen>artikel_gesehen>warenkorb>kauf", "startseite>suche>angebot>buchung", "anmeldung>profil>testphase>abo_abgeschlossen"],
    "fr": ["page_vue>produit_vu>panier>achat", "accueil>recherche>offre>reservation", "connexion>profil>essai>abonnement"],
    "es": ["pagina_vista>producto_visto>carrito>compra", "inicio>busqueda>oferta>reserva", "acceso>perfil>prueba>suscripcion"],
    "pt": ["pagina_vista>produto_visto>carrinho>compra", "inicio>busca>oferta>reserva", "login>perfil>teste>assinatura"],
    "it": ["pagina_vista>prodotto_visto>carrello>acquisto", "home>ricerca>offerta>prenotazione", "accesso>profilo>prova>abbonamento"],
    "nl": ["pagina_bekeken>product_bekeken>winkelwagen>aankoop", "start>zoeken>aanbod>boeking", "inloggen>profiel>proef>abonnement"],
    "tr": ["sayfa_goruntuleme>urun_goruntuleme>sepet>satin_alma", "anasayfa>arama>teklif>rezervasyon", "giris>profil>deneme>abonelik"],
    "pl": ["odslona>produkt>koszyk>zakup", "start>szukanie>oferta>rezerwacja", "logowanie>profil>proba>subskrypcja"],
    "ru": ["просмотр>товар>корзина>покупка", "главная>поиск>предложение>бронь", "вход>профиль>проба>подписка"],
    "ja": ["ページ閲覧>商品閲覧>カート追加>購入", "トップ>検索>詳細>予約", "ログイン>設定>体験>契約"],
    "zh": ["浏览>商品详情>加入购物车>下单", "首页>搜索>详情>预订", "登录>设置>试用>订阅"],
}  # fmt: skip
EXPOSURES = [
    "exposure",
    "experiment_viewed",
    "variant_shown",
    "assigned",
    "$experiment_started",
    "experiment_exposure",
    "ab_assignment",
    "treatment_seen",
    "enrolled_in_test",
]
TRAITS = {
    "two": [("mobile", "desktop"), ("ios", "android"), ("m", "f"), ("new", "returning"), ("urban", "rural")],
    "few": [("DE", "FR", "ES", "IT"), ("organic", "paid", "email", "social"), ("free", "basic", "pro"), ("north", "south", "east", "west"),
            ("18-24", "25-34", "35-49", "50+"), ("chrome", "safari", "firefox", "edge")],
}  # fmt: skip


def held_back(listed: list[str] | list[tuple[str, ...]], seen: bool) -> list:  # type: ignore[type-arg]
    """Two thirds of a list, or the third that is held back; of a short list the whole where the part would be empty."""
    return [word for i, word in enumerate(listed) if (i % 3 != 2) == seen] or list(listed)


@dataclass
class Words:
    """Words of a language and a domain, drawn without repeats and written in one style."""

    rng: random.Random
    language: str
    domain: str
    seen: bool = True
    style: str = "snake"
    taken: set[str] = field(default_factory=set)

    def listed(self, role: str) -> list[str]:
        words = LANGUAGES[self.language].get(role, "").split()
        if self.language == "en":
            words = words + DOMAINS[self.domain].get(role, "").split()
        return held_back(words, self.seen)

    def name(self, role: str) -> str:
        """A name that is still free, in the style of the file."""
        free = [word for word in self.listed(role) if word.casefold() not in self.taken] or [
            f"{role}_{len(self.taken)}"
        ]
        word = self.rng.choice(free)
        self.taken.add(word.casefold())
        return self.styled(word)

    def styled(self, word: str) -> str:
        parts = word.split("_")
        return {
            "snake": word,
            "camel": parts[0] + "".join(p[:1].upper() + p[1:] for p in parts[1:]),
            "title": " ".join(p[:1].upper() + p[1:] for p in parts),
            "upper": word.upper(),
            "kebab": word.replace("_", "-"),
            "lower": " ".join(parts),
        }[self.style]

    def levels(self, silent: bool) -> tuple[str, ...]:
        if silent:
            return self.rng.choice(held_back(SILENT, self.seen))
        own = LEVELS[self.language] + (LEVELS["en"][:7] if self.language != "en" else [])
        return self.rng.choice(held_back(own, self.seen))

    def chain(self) -> list[str]:
        chains = EVENT_CHAINS.get(self.language) or DOMAINS[self.domain]["events"].split()
        return str(self.rng.choice(held_back(chains, self.seen))).split(">")

    def exposure(self) -> str:
        return str(self.rng.choice(held_back(EXPOSURES, self.seen)))

    def truths(self) -> tuple[str, str]:
        yes, _, no = self.rng.choice(held_back(LANGUAGES[self.language]["yes"].split(), self.seen)).partition("/")
        return no, yes
