"""Words of who is the control, of what an arm is given, and of what can be randomised as a whole."""

from helpers.ingest.new_study import languages
from helpers.ingest.new_study.languages import words
from helpers.ingest.new_study.vocabulary import SHOWN, TAKEN_UP, VARIANT, Words, tokens

ITSELF: Words = (
    words(
        "control ctrl controlgroup placebo holdout holdback heldout psa sham untreated unexposed nontreated nonexposed uncontacted waitlist waitlisted"
        " baseline bau"
    )
    | languages.ITSELF
)
"""Who got nothing new, and nothing else: the control by the name of a level, and of a column that asks for it."""
WITHHELD: Words = (
    words("suppressed withheld excluded exempt exempted disabled off old legacy unchanged") | languages.WITHHELD
)
"""What is said of those from whom something was kept, or who got what was there before."""
DOUBTED: Words = words(
    "hold withhold* opted optout optedout out hide hides hidden hiding remove removed removes removal drop dropped skip skipped block blocked mute muted stop stopped"
    " pause paused keep keeps kept stay stays remain remains standard usual regular routine existing original default traditional classic conventional previous"
    " versteckt* ausgeblendet* verborgen* entfernt* abgemeldet* ausgenommen* ublich* ueblich* regelversorgung* routine* bisherig* herkommlich* masque* cache cachee"
    " retire* habituel* usuel* oculto oculta retirad* habitual* nascost* rimoss* abitual* solit* gebruikelijk* verwijder* ukryt* usuniet* zwykl* gizli kaldiril*"
    " скрыт* обычн* стандартн* 非表示 通常 隐藏 常规 숨김 기존"
)
"""Of a column of yes and no: of what was there before, or of what was taken away, the old or the new; nobody knows whose yes it is."""
KEEPING = frozenset({"keep", "keeps", "kept", "stay", "stays", "remain", "remains"})
"""Of these, words that change nothing of one of what is old: who keeps it got nothing new."""
GOT: Words = (
    words(
        "treatment treat treated exposed exposure contacted targeted mailed notified received got shown served seen offered sent given used invited called emailed visited enabled test new enrolled eligible trt tg"
    )
    | languages.TREATMENT
)
"""What is said of those who got what is tested, by the name of a column that asks for it."""
OF_GROUPS: Words = VARIANT | words(
    "is are was were in into the a an of to for by from got gets get member members user users customer customers flag indicator global universal univ overall"
    " study trial campaign marketing crm current exp level"
    " ist war im der die das von zu est dans le la les du des en el los las de da do di nel na w z ve mi"
)
"""Words that stand beside one of who is the control and change nothing of it."""
GIVEN: Words = (
    SHOWN
    | TAKEN_UP
    | words(
        "template creative banner layout design offer discount voucher coupon subject campaign price promo message copy headline colour color button"
    )
)
"""What an arm is given, so that a column of it is another name of the variant."""
WHOLE: Words = words(
    "city cities town village place location site area zone territory geo dma state province county district market postal stadt ort standort ville"
    " store stores shop branch filiale magasin tienda outlet restaurant hotel clinic hospital ward practice school class classroom teacher course"
    " account company tenant organisation organization org team office department depot warehouse plant factory court line fleet"
    " household family session server host node driver courier day date week month weekday hour shift batch cohort"
)
"""What can be randomised as a whole: places, houses, classes, firms and stretches of time."""


_MAIL = words(
    "creative template banner headline layout subjectline betreffzeile betreff asunto oggetto assunto onderwerp objet"
)


def is_of_a_mail(name: str) -> bool:
    """Whether a name is that of the part of a mail or a page that is tried in several forms; a subject alone may be a person.

    >>> is_of_a_mail("subject_line"), is_of_a_mail("Betreff"), is_of_a_mail("subject"), is_of_a_mail("store")
    (True, True, False, False)
    """
    found = tokens(name)
    return not _MAIL.isdisjoint(found) or ("subject" in found and not {"line", "email", "mail"}.isdisjoint(found))
