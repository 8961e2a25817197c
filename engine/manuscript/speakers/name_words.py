"""What English names and titles say by themselves: a gender, a short form, a kinship. General knowledge, of no book."""

from __future__ import annotations

from engine.manuscript.speech_words import read_words

MALE_TITLES = read_words(
    """
    mr mister sir lord master monsieur messieurs uncle count baron marquis prince king duke father brother signor
    don herr esquire grandfather grandpa papa dad daddy friar rabbi rev reverend squire earl
    """
)
FEMALE_TITLES = read_words(
    """
    mrs missus miss ms madam madame mme mlle mademoiselle lady dame aunt auntie countess baroness princess queen
    mistress missis duchess mother sister signora signorina grandmother grandma granny mamma mama mum frau fraulein
    señora marchioness nurse
    """
)
OTHER_TITLES = read_words(
    """
    dr doctor professor prof captain capt colonel col major general admiral lieutenant lieut sergeant inspector
    detective judge cousin constable superintendent commander governor senator president corporal private dean
    bishop doc
    """
)
TITLES = MALE_TITLES | FEMALE_TITLES | OTHER_TITLES
SAME_TITLE = {
    "mister": "mr", "missus": "mrs", "mme": "madame", "mlle": "mademoiselle", "doctor": "dr", "doc": "dr",
    "capt": "captain", "col": "colonel", "prof": "professor", "rev": "reverend", "lieut": "lieutenant",
    "auntie": "aunt", "missis": "mrs", "granny": "grandmother", "grandma": "grandmother", "grandpa": "grandfather",
}  # fmt: skip
MALE_NAMES = read_words(
    """
    aaron abel abraham adam adrian alan albert alec alexander alex alfred algernon allan ambrose amos andrew andy
    angus anthony antony archibald archie arnold arthur augustus austin barnaby barney bartholomew basil ben
    benedict benjamin bernard bert bertie bill billy bob bobby brian bruce caleb calvin cecil charles charley
    charlie chester christopher clarence clement clifford colin conrad cyril dan daniel david davy dennis dick
    donald douglas duncan eben edgar edmund edward edwin eli elias elliott emile enoch eric ernest eugene eustace
    evan ezra felix ferdinand francis frank franklin fred frederic frederick gabriel geoffrey george gerald gilbert
    giles godfrey gordon graham gregory guy hal harold harry harvey hector henri henry herbert hercule herman horace
    horatio howard hubert hugh hugo humphrey ian ichabod ike isaac ishmael israel ivan jack jacob jake james jan
    jasper jean jeff jeffrey jem jeremiah jeremy jerome jerry jim jimmy joe joel john johnny jonas jonathan joseph
    josh joshua josiah jude julian julius karl keith kenneth lancelot larry laurence laurie lawrence leo leon
    leonard leslie lewis lionel louis lucas luke malcolm mark marmaduke martin matthew maurice max michael mike
    miles mortimer moses nat nathan nathaniel ned neil newland nicholas nick nigel noah noel norman oliver oscar
    oswald otto owen patrick paul percival percy peter phil philip phineas pierre piers pip ralph randolph raymond
    reginald reuben richard rob robert robin roderick rodney roger roland ronald rufus rupert sam sammy samson
    samuel saul sebastian septimus seth sherlock sidney silas simon solomon stanley stephen steve steven stuart
    sydney ted teddy terence thaddeus theodore thomas tim timothy titus tobias toby tom tommy tony tristram ulysses
    valentine vernon victor vincent virgil wallace walter warren watson wilfred will william willie wilson winston
    zachary heathcliff hareton hindley gavin craig kevin scott ryan
    """
)
FEMALE_NAMES = read_words(
    """
    abby abigail ada adela adelaide adele adeline agatha aggie agnes alice alison althea amanda amelia amy angela
    ann anna annabel anne annette annie antonia arabella audrey augusta barbara beatrice becky belinda bella bernice
    bertha bess bessie bessy beth betsy betty bianca biddy blanche brenda brett bridget camilla carol caroline
    carrie cassandra catherine cathy cecilia cecily celia charity charlotte chloe christina christine cicely clara
    clare clarissa claudia constance cora cordelia cornelia cynthia daisy daphne deborah delia diana dinah dolly
    dora doris dorothea dorothy edith edna effie eileen elaine eleanor elena eliza elizabeth ella ellen ellie elsa
    elsie emily emma emmeline enid esther ethel etta eugenia eunice eva evangeline eve evelina eveline evelyn fanny
    fannie felicity flora florence frances georgia georgiana georgie geraldine gertrude gladys grace greta gwen
    gwendolen hannah harriet harriette hattie helen helena henrietta hermia hester hetty hilda honor hope ida imogen
    irene iris isabel isabella isobel ivy jane janet janey jean jemima jennie jenny jessica jessie jo joan joanna
    josephine joy joyce judith judy julia juliana juliet justine kate katharine katherine kathleen kathy katie katy
    kitty lady laura lavinia leah leila lena leonora letitia letty lilian lily linda lizzie lizzy lois lola lottie
    louisa louise lucia lucilla lucinda lucy lydia lynn mabel madeleine madeline madge maggie maisie malvina marcia
    margaret margery maria marian marianne marie marion marjorie martha mary mathilda matilda matty maud maude may
    meg melissa mercy mildred millicent milly mina minerva minnie miranda miriam moira molly monica muriel myra
    myrtle nan nancy nancie nell nellie nelly nettie nora norah olive olivia ophelia pamela pansy patience patricia
    patty pauline pearl peggy penelope phoebe phyllis polly portia priscilla prudence queenie rachel rebecca rhoda
    rosa rosalie rosalind rosamond rose rosemary rowena ruby ruth sabina sally sarah sibyl sophia sophie sophy
    stella sue susan susanna susannah susie sybil sylvia tabitha tess theodora theresa tilly trixie una ursula
    valerie vera veronica victoria viola violet virginia vivian wendy wilhelmina winifred zillah zoe jocelyn kelly
    lisa karen amber heather tiffany
    """
)
BOTH_NAMES = frozenset({"jean", "leslie", "evelyn", "vivian", "sidney", "georgie", "jo", "robin", "marion", "kelly"})

SHORT_FORMS = {
    "lizzy": "elizabeth", "lizzie": "elizabeth", "eliza": "elizabeth", "beth": "elizabeth", "bess": "elizabeth",
    "betsy": "elizabeth", "betty": "elizabeth", "bessie": "elizabeth", "kitty": "catherine", "cathy": "catherine",
    "kate": "catherine", "katie": "catherine", "tom": "thomas", "tommy": "thomas", "bill": "william", "billy":
    "william", "will": "william", "willie": "william", "bob": "robert", "bobby": "robert", "rob": "robert",
    "dick": "richard", "harry": "henry", "hal": "henry", "jack": "john", "johnny": "john", "jim": "james",
    "jimmy": "james", "jem": "james", "joe": "joseph", "ned": "edward", "ted": "edward", "teddy": "edward",
    "fred": "frederick", "sam": "samuel", "ben": "benjamin", "charley": "charles", "charlie": "charles", "nell":
    "eleanor", "nelly": "ellen", "nellie": "ellen", "fanny": "frances", "meg": "margaret", "maggie": "margaret",
    "peggy": "margaret", "molly": "mary", "polly": "mary", "sally": "sarah", "nancy": "anne", "jenny": "jane",
    "lottie": "charlotte", "hetty": "hester", "dolly": "dorothy", "tess": "theresa", "annie": "anne", "bertie":
    "albert", "archie": "archibald", "phil": "philip", "nick": "nicholas", "mike": "michael", "steve": "stephen",
    "dan": "daniel", "andy": "andrew", "larry": "lawrence", "matt": "matthew", "tim": "timothy", "max":
    "maximilian", "susie": "susan", "sophy": "sophia", "abby": "abigail", "becky": "rebecca", "gus": "augustus",
    "alec": "alexander", "alex": "alexander", "bella": "isabella", "hattie": "harriet", "minnie": "wilhelmina",
    "frank": "francis", "lou": "louisa", "tilly": "matilda", "bobbie": "roberta", "huck": "huckleberry", "jo":
    "josephine", "sid": "sidney", "mat": "matthew", "ron": "ronald", "don": "donald", "greg": "gregory", "jeff":
    "jeffrey", "ken": "kenneth", "tony": "anthony", "vicky": "victoria", "vic": "victor", "chris": "christopher",
    "kit": "christopher", "pat": "patrick", "patty": "patricia", "liz": "elizabeth", "betsey": "elizabeth",
    "libby": "elizabeth", "jess": "jessica", "josie": "josephine", "angie": "angela", "barb": "barbara", "cindy":
    "cynthia", "deb": "deborah", "debbie": "deborah", "ellie": "eleanor", "gabe": "gabriel", "gail": "abigail",
    "ginny": "virginia", "jake": "jacob", "josh": "joshua", "kathy": "katherine", "katy": "katherine", "leo":
    "leonard", "mandy": "amanda", "mattie": "matilda", "matty": "matilda", "nate": "nathaniel", "nat":
    "nathaniel", "pam": "pamela", "pete": "peter", "ray": "raymond", "reg": "reginald", "reggie": "reginald",
    "rick": "richard", "sandy": "alexander", "sandra": "alexandra", "steph": "stephanie", "stu": "stuart",
    "trish": "patricia", "val": "valerie", "walt": "walter", "winnie": "winifred", "zach": "zachary", "zack":
    "zachary", "dave": "david", "davy": "david", "danny": "daniel", "eddie": "edward", "freddie": "frederick",
    "freddy": "frederick", "georgie": "george", "jerry": "gerald", "jimmie": "james", "jon": "jonathan", "mick":
    "michael", "mickey": "michael", "rosie": "rose", "terry": "terence", "toby": "tobias", "vinny": "vincent",
    "abe": "abraham", "ike": "isaac", "moll": "mary", "nan": "anne", "dot": "dorothy",
}  # fmt: skip

MALE_NOUNS = read_words(
    """
    man men boy gentleman lad fellow father papa dad daddy brother husband son uncle nephew grandfather grandson
    lord king prince duke count baron monk priest clergyman vicar curate rector parson butler footman landlord
    waiter coachman policeman constable sailor soldier officer captain colonel major general admiral lieutenant
    sergeant inspector detective barman bartender steward host master schoolmaster squire baronet widower youth chap
    bloke earl marquis bishop guardsman postman milkman workman countryman frenchman englishman irishman scotchman
    dutchman chinaman fisherman horseman foreman salesman chairman bridegroom groom stepfather godfather monsieur
    sir villain ruffian
    """
)
FEMALE_NOUNS = read_words(
    """
    woman women girl lady mother mamma mama mum mummy sister wife daughter aunt niece grandmother granddaughter
    queen princess duchess countess baroness nun nurse maid housemaid parlourmaid chambermaid housekeeper landlady
    waitress barmaid governess hostess mistress widow bride stepmother godmother actress lass damsel matron heiress
    spinster marchioness charwoman laundress seamstress concierge frenchwoman englishwoman schoolmistress
    """
)
OTHER_NOUNS = read_words(
    """
    person stranger voice doctor surgeon physician lawyer attorney solicitor judge magistrate teacher student pupil
    child baby servant clerk cook driver porter guard messenger editor reporter artist painter poet author writer
    professor friend companion cousin guest visitor customer traveller neighbour neighbor patient prisoner owner
    shopkeeper baker butcher grocer farmer peasant gardener keeper sentry spy thief beggar hunter scout pilot
    engineer creature animal rabbit cat dog mouse bear bird fox wolf lion horse other speaker second-in-command
    newcomer chemist coroner secretary manager director president mayor governor bishop dean tailor hatter tramp
    captain mariner witness american german italian negro indian jew crowd chorus party
    """
)
PERSON_NOUNS = MALE_NOUNS | FEMALE_NOUNS | OTHER_NOUNS
# Nouns that stand for somebody who has a name as often as for somebody who has none.
LOOSE_NOUNS = read_words(
    """
    man woman girl boy lady gentleman fellow lad lass child baby person other visitor stranger mother father friend
    companion guest husband wife sister brother daughter son youth creature chap speaker maiden damsel patient
    traveller newcomer pair men women girls boys ladies gentlemen voice
    """
)
KIN_NOUNS = read_words(
    """
    father papa dad daddy brother husband son uncle nephew grandfather grandson mother mamma mama mum mummy sister
    wife daughter aunt niece grandmother granddaughter cousin friend companion lady lord master mistress stepmother
    stepfather son-in-law daughter-in-law mother-in-law father-in-law sister-in-law brother-in-law lover hostess
    host
    """
)
# Capitalised words that are nobody.
NOBODY = read_words(
    """
    i i'm i'll i've i'd god heaven heavens lord christ jesus goodness gracious lordy devil providence satan
    christmas easter sunday monday tuesday wednesday thursday friday saturday january february march july september
    october november december english french german italian spanish american british russian irish scotch scottish
    chinese greek latin indian london paris england france america europe india rome italy germany scotland ireland
    york oh ah well yes no o hullo hello alas chapter book volume part prologue epilogue contents the a an and but
    or if it he she we they you what who how why where when which that this these those there here then now not my
    your his her our their its so as at in on of to for from with by is was are were do did does have has had would
    shall should can could might must never perhaps indeed come go let look see ok okay please thank thanks sorry
    good dear poor old sir ma'am madam miss mister missus madame monsieur street road square avenue bible majesty
    highness honour lordship ladyship excellency gutenberg project
    """
)


# Nobody, unless a book has somebody of that name who speaks: "said Pooh".
INTERJECTIONS = read_words(
    """
    eh ehh humph hum hm hmm ha hah aha pooh pshaw hush good-by good-bye goodbye by-and-by halloa hallo hey hi lor
    lawks bravo amen adieu hurrah hurray hooray nonsense welcome farewell tut ugh ouch whoa bah bless mercy faith
    report vision
    """
)
# Last words of names that are of places.
PLACE_NOUNS = read_words(
    """
    street road square lane hall house park hill bridge court abbey castle farm place terrace crescent gardens inn
    wood woods forest island river bay town city church cathedral college school station club hotel manor lodge
    cottage grange priory avenue row alley market valley mountain mountains lake sea ocean creek harbour harbor
    beach county heights common green palace tower towers mill theatre theater hospital museum university
    """
)


def gender_of_word(word: str) -> str:
    """ "M", "F" or "" for a title, a given name or a noun, in any case."""
    low = word.lower().rstrip(".")
    if low in BOTH_NAMES:
        return ""
    if low in MALE_TITLES or low in MALE_NAMES or low in MALE_NOUNS:
        return "M"
    if low in FEMALE_TITLES or low in FEMALE_NAMES or low in FEMALE_NOUNS:
        return "F"
    return ""
