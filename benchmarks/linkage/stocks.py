"""Invented American lives need names, streets and towns: stocks sorted from common to rare."""

# ruff: noqa: SIM905  # hundreds of names read better as words than as a list of strings

from __future__ import annotations

__all__ = ["AREA_CODES", "CITIES", "HOUSES", "MEN", "NICKNAMES", "STREETS", "STREET_KINDS", "SURNAMES", "WOMEN"]


def _unique(*parts: list[str]) -> list[str]:
    return list(dict.fromkeys(word for part in parts for word in part))


MEN = _unique(
    """
    James John Robert Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew
    Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason
    Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel
    Gregory Alexander Frank Patrick Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Douglas
    Zachary Peter Kyle Noah Ethan Jeremy Walter Christian Keith Roger Terry Austin Sean Gerald Carl
    Harold Dylan Arthur Lawrence Jordan Jesse Bryan Billy Bruce Gabriel Joe Logan Alan Juan Albert
    Willie Elijah Wayne Randy Vincent Mason Roy Ralph Bobby Russell Bradley Philip Eugene Louis Harry
    Howard Fred Victor Martin Ernest Stanley Leonard Dale Manuel Rodney Curtis Norman Allen Marvin Glenn
    Travis Jeff Chad Jacob Lee Melvin Alfred Kyle Francis Bradley Jesus Herbert Frederick Ray Joel Edwin
    Don Eddie Ricky Troy Randall Barry Bernard Mario Leroy Micheal Clifford Theodore Calvin Oscar Tommy
    Leon Derek Warren Jim Darrell Jerome Floyd Alvin Tim Wesley Dean Gordon Greg Jorge Dustin Pedro
    Derrick Lewis Corey Herman Maurice Vernon Roberto Clyde Glen Hector Shane Ricardo Sam Rick Lester
    Brent Ramon Gilbert Gene Marc Reginald Ruben Brett Angel Nathaniel Rafael Edgar Milton Raul Ben
    Cecil Duane Andre Elmer Brad Ron Roland Harvey Jared Adrian Karl Cory Claude Erik Darryl Neil Javier
    Fernando Clinton Ted Mathew Tyrone Darren Lonnie Lance Cody Julio Kurt Allan Clayton Hugh Max Dwayne
    Dwight Armando Felix Jimmie Everett Ian Ken Bob Jaime Casey Alfredo Alberto Dave Ivan Johnnie Sidney
    Byron Julian Isaac Clifton Willard Daryl Virgil Andy Salvador Kirk Sergio Seth Kent Terrance Rene
    Eduardo Terrence Enrique Freddie
    """.split()
)

WOMEN = _unique(
    """
    Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret
    Sandra Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca
    Sharon Laura Cynthia Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha
    Katherine Christine Debra Rachel Carolyn Janet Catherine Maria Heather Diane Ruth Julie Olivia Joyce
    Virginia Victoria Kelly Lauren Christina Joan Evelyn Judith Megan Andrea Cheryl Hannah Jacqueline
    Martha Gloria Teresa Ann Sara Madison Frances Kathryn Janice Jean Abigail Alice Julia Judy Sophia
    Grace Denise Amber Doris Marilyn Danielle Beverly Isabella Theresa Diana Natalie Brittany Charlotte
    Marie Kayla Alexis Lori Rose Jane Tiffany Crystal Erin Tammy Dawn Tracy Tina Rita Peggy Wendy Robin
    Paula Ellen Connie Phyllis Carmen Monica Erica Edith Kim Sherry Sylvia Thelma Ethel Rhonda Leslie
    Stacy Renee Florence Anne Eleanor Valerie Alicia Suzanne Michele Gail Bertha Darlene Veronica Jill
    Geraldine Lauren Cathy Joann Lorraine Lynn Sally Regina Beatrice Dolores Bernice Audrey Yvonne
    Annette Marion Dana Stacey Ana Holly Ida Roberta Loretta Jeanette Melanie Kristen Vanessa Alma Sue
    Elsie Beth Jeanne Vicki Carla Tara Rosemary Eileen Gertrude Lucy Ella Tonya Stella Vera Jessie Gina
    Kristin Agnes Bonnie Kristina Nora Marlene Mattie Glenda Courtney Marsha Tamara Heidi Georgia
    Josephine Constance Delores Minnie Melinda Lillian Jackie Tanya Nellie Colleen Mabel Maureen Myrtle
    Carrie Pauline Hazel Charlene Eva Joanne Irene Gladys Kathy Norma Anita Edna Tracey Ruby Lois Wanda
    April Shannon Claudia Molly Sonia Priscilla Felicia Bridget Toni Kristine Naomi Miriam Claire Erika
    Sophie Chloe Zoe Kara
    """.split()
)

NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "James": "Jim", "Richard": "Rick", "Michael": "Mike", "Thomas": "Tom",
    "Charles": "Chuck", "Christopher": "Chris", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Steven": "Steve",
    "Andrew": "Andy", "Joshua": "Josh", "Kenneth": "Ken", "Edward": "Ed", "Timothy": "Tim", "Jeffrey": "Jeff",
    "Nicholas": "Nick", "Jonathan": "Jon", "Benjamin": "Ben", "Samuel": "Sam", "Gregory": "Greg", "Alexander": "Alex",
    "Patrick": "Pat", "Raymond": "Ray", "Joseph": "Joe", "David": "Dave", "Donald": "Don", "Ronald": "Ron",
    "Zachary": "Zach", "Douglas": "Doug", "Lawrence": "Larry", "Gerald": "Jerry", "Philip": "Phil", "Francis": "Frank",
    "Frederick": "Fred", "Theodore": "Ted", "Peter": "Pete", "Stephen": "Steve", "Eugene": "Gene", "Leonard": "Len",
    "Elizabeth": "Liz", "Patricia": "Pat", "Jennifer": "Jen", "Barbara": "Barb", "Susan": "Sue", "Jessica": "Jess",
    "Margaret": "Peggy", "Kimberly": "Kim", "Deborah": "Debbie", "Rebecca": "Becky", "Cynthia": "Cindy",
    "Kathleen": "Kathy", "Samantha": "Sam", "Katherine": "Kate", "Christine": "Chris", "Catherine": "Cathy",
    "Victoria": "Vicky", "Christina": "Tina", "Judith": "Judy", "Jacqueline": "Jackie", "Teresa": "Terry",
    "Kathryn": "Kathy", "Pamela": "Pam", "Dorothy": "Dot", "Stephanie": "Steph", "Melissa": "Mel", "Amanda": "Mandy",
    "Virginia": "Ginny", "Abigail": "Abby", "Danielle": "Dani", "Theresa": "Terri", "Frances": "Fran", "Nancy": "Nan",
}  # fmt: skip

_COMMON = """
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez
    Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark
    Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams
    Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker
    Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper
    Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James
    Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez
    Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Fisher Vasquez Simmons
    Romero Jordan Patterson Alexander Hamilton Graham Reynolds Griffin Wallace Moreno West Cole Hayes
    Bryant Herrera Gibson Ellis Tran Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison
    Fernandez McDonald Woods Washington Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns
    Crawford Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks
    Holmes Palmer Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills Meyer Rice Schmidt
    Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer
    Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott Cunningham Duncan Armstrong
    Hudson Carroll Lane Riley Andrews Alvarado Ray Delgado Berry Perkins Hoffman Johnston Matthews Pena
    Richards Contreras Willis Carpenter Lawrence Sandoval Guerrero George Chapman Rios Estrada Ortega
    Watkins Greene Nunez Wheeler Valdez Harper Burke Larson Santiago Maldonado Morrison Franklin Carlson
    Austin Dominguez Carr Lawson Jacobs OBrien Lynch Singh Vega Bishop Montgomery Oliver Jensen Harvey
    Williamson Gilbert Dean Sims Espinoza Howell Li Wong Reid Hanson Le McCoy Garrett Burton Fuller Wang
    Weber Welch Rojas Lucas Marquez Fields Park Yang Little Banks Padilla Day Walsh Bowman Schultz Luna
    Fowler Mejia
    """.split()
_STEMS = """
    Ash Black Brad Burn Cal Chat Clay Cran Dal Den Earn East El Fair Far Gar Glad Good Had Hal Hart Haw
    Hazel Hol Hunt Kel Kings Lang Lin Lock Long Mar Mel Mid Nor North Oak Old Pem Pres Red Rock Roth Row
    Rush Sal Sel Shel Stan Stock Sut Thorn Wal War Wat Wen West Whit Win Wood Wor
    """.split()
_ENDS = "ley ton ford well ham field wood worth by den brook shaw land more stead wick bury man er son".split()
_FATHERS = """
    Adam Alder Brand Carl Christ David Erik Fred Gustav Hein Jacob Kowal Lewand Malin Nowak Petr Rosen
    Sokol Stein Wisniew Zielin Jablon Kamin Szym Bern Gold Eisen Hirsch Klein Neu Ober Schwarz Weiss
    Lind Berg Sand
    """.split()
_KIN = "son sen sson ski berg mann stein feld baum berger owicz ek er ini ello ano".split()
_CLANS = """
    Allister Arthur Bride Cabe Cann Carthy Clain Cormick Cullough Daniel Dermott Dowell Elroy Farland
    Gee Ginnis Gowan Grath Gregor Guire Intosh Intyre Kay Kenna Kenzie Kinley Kinney Knight Lain
    Laughlin Lean Leod Mahon Manus Millan Nally Namara Neil Pherson Quade Queen Rae Shane Sweeney Tavish
    Vey Wayne Whorter
    """.split()

SURNAMES = _unique(
    _COMMON,
    [f"Mc{clan}" for clan in _CLANS],
    [stem + end for end in _ENDS for stem in _STEMS],
    [father + kin for kin in _KIN for father in _FATHERS],
)
"""About 2,300: the commonest American surnames, then English places, and sons of Nordic, Polish and German fathers."""

STREETS = _unique(
    """
    Main Oak Maple Park Elm Washington Lake Hill Walnut Spring North Ridge Church Willow Mill Sunset
    Railroad Jackson Cherry West Highland Johnson Center Pine Cedar River Franklin Jefferson Lincoln
    Forest Meadow Dogwood Hickory Chestnut Spruce Birch Poplar Laurel Magnolia Sycamore Locust Ash
    Juniper Cypress Valley Prospect Pleasant Adams Madison Monroe Grant Harrison Cleveland Liberty Union
    Court College School Academy Market Water Bridge Canal Front Broad High King Queen Prince George
    Charles Henry William James Virginia Carolina Georgia Delaware Ohio Michigan Summit Grove Orchard
    Garden Fairview Woodland Brookside Hillcrest Lakeview Riverside Country Canyon Desert Mesa Eagle
    Hawk Falcon Robin Quail Deer Fox Bear Wolf Elk Antelope Bluebird Cardinal Mockingbird Heron
    Kingfisher
    """.split(),
    [stem + end for end in ("brook", "field", "view", "crest", "dale") for stem in _STEMS],
)
STREET_KINDS = ("Street St", "Avenue Ave", "Road Rd", "Drive Dr", "Lane Ln", "Court Ct", "Place Pl", "Boulevard Blvd")
"""Long and short."""
HOUSES = ("Apt", "Unit", "#", "Apartment")

CITIES = """New York|NY|100;Los Angeles|CA|900;Chicago|IL|606;Houston|TX|770;Phoenix|AZ|850;Philadelphia|PA|191
San Antonio|TX|782;San Diego|CA|921;Dallas|TX|752;Jacksonville|FL|322;Austin|TX|787;San Jose|CA|951;Fort Worth|TX|761
Columbus|OH|432;Charlotte|NC|282;Indianapolis|IN|462;Seattle|WA|981;Denver|CO|802;Boston|MA|021;Nashville|TN|372
Detroit|MI|482;Portland|OR|972;Las Vegas|NV|891;Memphis|TN|381;Louisville|KY|402;Baltimore|MD|212;Milwaukee|WI|532
Albuquerque|NM|871;Tucson|AZ|857;Fresno|CA|937;Sacramento|CA|958;Kansas City|MO|641;Atlanta|GA|303;Omaha|NE|681
Raleigh|NC|276;Miami|FL|331;Cleveland|OH|441;Tulsa|OK|741;Oakland|CA|946;Minneapolis|MN|554;Wichita|KS|672
Tampa|FL|336;New Orleans|LA|701;Honolulu|HI|968;Lexington|KY|405;Pittsburgh|PA|152;Cincinnati|OH|452;Toledo|OH|436
Springfield|IL|627;Springfield|MO|658;Springfield|MA|011;Columbia|SC|292;Columbia|MO|652;Salem|OR|973;Madison|WI|537
Reno|NV|895;Buffalo|NY|142;Lincoln|NE|685;Boise|ID|837;Richmond|VA|232;Spokane|WA|992;Des Moines|IA|503""".replace(
    "\n", ";"
).split(";")
"""Town, state, first three digits of its postcodes."""

AREA_CODES = """
    201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229 231
    234 235 239 240 248 251 252 253 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302 303 304
    305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 324 325 326 327 329 330 331 332 334
    336 337 339 341 346 347 350 351 352 353 360 361 363 364 369 380 385 386 401 402 404 405 406 407 408
    409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 442 443 445 447 448 458 463 464 469
    470 472 475 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 531
    534 539 540 541 551 557 559 561 562 563 564 567 570 571 572 573 574 575 580 582 585 586 601 602 603
    605 606 607 608 609 610 612 614 615 616 617 618 619 620 623 626 628 629 630 631 636 640 641 645 646
    650 651 656 657 659 660 661 662 667 669 678 680 681 682 686 689 701 702 703 704 706 707 708 712 713
    714 715 716 717 718 719 720 724 725 726 727 728 730 731 732 734 737 738 740 743 747 748 754 757 760
    762 763 765 769 770 771 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808 810 812 813 814
    815 816 817 818 820 821 826 828 830 831 832 835 838 839 840 843 845 847 848 850 854 856 857 858 859
    860 862 863 864 865 870 872 878 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920
    925 928 929 930 931 934 936 937 938 940 941 943 945 947 948 949 951 952 954 956 959 970 971 972 973
    975 978 979 980 983 984 985 986 989
    """.split()
"""Of America; the numbers made with them stand in the exchange 555, which no telephone answers."""
