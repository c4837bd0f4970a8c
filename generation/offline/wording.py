"""What anybody says, whatever they are like: greetings, ways to tell a fact, answers, questions, farewells.

{topic}, {clause} and {you} are forms of a `Fact`. Whatever has {topic} keeps it behind a preposition or a verb that
takes nouns and gerunds alike, so that "skiing", "your two dogs" and "being a nurse" all fit.
"""

from typing import Final

GREETINGS: Final = (
    "Hello! How are you today?",
    "Hi there! How are you doing?",
    "Good evening! How has your day been?",
    "Hey, nice to meet you! How are you?",
    "Hello, it is good to meet you. How is your week going?",
    "Hi! How is everything with you?",
    "Good morning! How did you sleep?",
    "Hello there, how is life treating you?",
)
MOODS: Final = (
    "I am doing well, thank you.",
    "Pretty good, thanks for asking.",
    "Not bad at all.",
    "I am fine, it was a long day.",
    "Good, I just got home.",
    "I am well, just having some tea.",
    "Quite good, the sun is out at last.",
    "All is well on my side.",
)
BACK: Final = ("How about you?", "What about you?", "And yourself?")

# Ways of telling, by the kind of fact.
TELLING: Final[dict[str, tuple[str, ...]]] = {
    "pastime": (
        "I love {topic}.",
        "I really enjoy {topic}.",
        "In my free time I am usually {topic}.",
        "Most of all I love {topic}.",
        "I spend a lot of time {topic}.",
        "Lately I have been {topic} whenever I can.",
    ),
    "liking": (
        "I am really into {topic}.",
        "I have always loved {topic}.",
        "I cannot get enough of {topic}.",
        "I am a big fan of {topic}.",
        "I love {topic}, to be honest.",
    ),
    "dislike": (
        "I have never been a fan of {topic}.",
        "I cannot stand {topic}.",
        "You will not see me anywhere near {topic}.",
        "I really dislike {topic}.",
    ),
    "favourite": (
        "{clause}.",
        "I have to say, {clause}.",
        "{clause}, without a doubt.",
        "For what it is worth, {clause}.",
    ),
    "having": ("{clause}.", "You should know that {clause}.", "{clause}, by the way.", "These days {clause}."),
    "being": (
        "{clause}.",
        "{clause}, by the way.",
        "As for me, {clause}.",
        "To tell you something about me, {clause}.",
    ),
    "doing": ("{clause}.", "These days {clause}.", "Well, {clause}.", "{clause}, by the way."),
    "relative": ("{clause}.", "{clause}, you know.", "Did I mention that {clause}?", "As it happens, {clause}."),
    "other": (
        "{clause}.",
        "{clause}, to be honest.",
        "Well, {clause}.",
        "Something about me: {clause}.",
        "I should tell you that {clause}.",
        "{clause}, believe it or not.",
    ),
}
# Said in the middle of a clause too long to be told in one breath.
ASIDES: Final = ("you know", "believe it or not", "as it happens", "I should say", "to be honest")
# A question that a fact of this subject answers, and what leads over when one's own fact is about something else.
ASKING: Final[dict[str, tuple[str, ...]]] = {
    "pets": ("Do you have any pets?", "Are there any animals in your life?", "Do you keep a dog or a cat?"),
    "work": ("What do you do for a living?", "What keeps you busy during the week?", "Do you work or study?"),
    "family": (
        "Do you have a big family?",
        "Is there anyone special in your life?",
        "Tell me about your family, would you?",
    ),
    "food": ("What do you like to eat?", "Do you have a favorite meal?", "Are you particular about food?"),
    "music": ("What kind of music do you like?", "Do you play or listen to music?", "Is music important to you?"),
    "home": ("Where are you from?", "Where do you live?", "Have you always lived in the same place?"),
    "stories": (
        "Do you read or watch anything good?",
        "What do you watch or read in the evening?",
        "Any books, films or games you like?",
    ),
    "body": ("How would a stranger recognize you?", "What do you look like?", "How would your friends describe you?"),
    "pastime": (
        "What do you do for fun?",
        "What are your hobbies?",
        "How do you spend your weekends?",
        "What do you do in your free time?",
    ),
    "self": ("What should I know about you?", "Tell me something about yourself, would you?", "What is your story?"),
}
LEADING_OVER: Final = (
    "That is hard to say.",
    "Not much to tell there.",
    "Let me think.",
    "Good question.",
    "I would have to think about that.",
)
FOLLOWING_UP: Final = (
    "Can you tell me more about {topic}?",
    "What do you like best about {topic}?",
    "How did you get into {topic}?",
    "What is the story behind {topic}?",
    "What do your friends say about {topic}?",
    "What does {topic} mean to you?",
)
FOLLOWING_UP_ON_PEOPLE: Final = (
    "Are you close to {topic}?",
    "What else can you tell me about {topic}?",
    "Do you see {topic} often?",
    "Do you take after {topic}?",
)
REFLECTING: Final = ("So {you}?", "Really, {you}?", "Did I get that right, {you}?", "Oh, {you}?")
REACTING: Final = (
    "I see, thank you for telling me.",
    "That is good to know.",
    "Oh, I did not expect that.",
    "That says a lot about you.",
    "I can picture that.",
    "That is quite something.",
)
REACTING_TO_TOPIC: Final = (
    "I do not know much about {topic}.",
    "My neighbor always talks about {topic} too.",
    "I was thinking about {topic} just the other day.",
    "Somehow I expected you to say something about {topic}.",
    "I have heard good things about {topic}.",
)
# Going on about a fact already told, by its subject.
ELABORATING: Final[dict[str, tuple[str, ...]]] = {
    "pets": (
        "Animals are good company in the evening.",
        "You are never alone with an animal in the house.",
        "It means a lot of walking and a lot of joy.",
    ),
    "work": (
        "The days are long, but the people are good.",
        "I started some years ago and never looked back.",
        "Some weeks are harder than others.",
    ),
    "family": (
        "We talk on the phone every Sunday.",
        "Family has always been a big part of my life.",
        "We do not always agree, but we manage.",
    ),
    "food": (
        "It all started in my grandmother's kitchen.",
        "A good meal makes the whole day better.",
        "I could tell you a recipe or two.",
    ),
    "music": (
        "The right song can save a bad day.",
        "I found it on the radio years ago.",
        "The neighbors hear it too, I am afraid.",
    ),
    "home": (
        "You get used to a place after a while.",
        "It is not perfect, but it is home.",
        "The streets there are full of memories.",
    ),
    "stories": (
        "The ending surprised me the most.",
        "I lose track of time with a good story.",
        "A rainy evening is best for that.",
    ),
    "body": ("People notice it at once.", "My friends make jokes about it.", "One gets used to it."),
    "pastime": (
        "I started when I was a child.",
        "Saturday afternoon is the best time for it.",
        "A friend showed me how, years ago.",
    ),
    "self": ("That is a long story.", "It has shaped who I am.", "It has been like that for a few years now."),
}
FAREWELLS: Final = (
    "I have to go now, it was nice talking to you.",
    "It is getting late here, let us talk again soon.",
    "I should get going, thank you for the chat.",
    "I have to start dinner, have a good evening.",
    "My bus is here, it was good to meet you.",
)
FAREWELLS_BACK: Final = (
    "It was nice talking to you too. Goodbye!",
    "You too, take care!",
    "Thank you, have a lovely day. Bye!",
    "Same here, see you soon!",
    "Goodbye, and all the best!",
)
