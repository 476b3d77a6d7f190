"""A question that is not in English is known as such; one with foreign names, words or posts in it is left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from agent.understanding.language import LANGUAGES, answer_to_foreign, answers

ROOT = Path(__file__).parents[3]
RAW = yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))["languages"]
FOREIGN = {
    "es": ["¿Quién compraría zapatillas Nike?", "¿Qué opinan de Spotify este año?", "busca clientes para un coche"],
    "fr": ["Qui achèterait un vélo Decathlon ?", "Que pensent les gens de Spotify ?", "Trouve des clients pour un thé"],
    "de": ["Wer kauft gern bei Decathlon?", "Was denken die Leute über Spotify?", "Gibt es Kritik an Tesla?"],
    "it": ["Chi comprerebbe una bici?", "Cosa pensano di Spotify?", "Quali sono i temi più discussi?"],
    "pt": ["Quem compraria uma bicicleta?", "O que acham do Spotify?", "Quais são os temas mais falados?"],
    "nl": ["Wie zou een fiets kopen?", "Wat vinden ze van Spotify?", "Zoek klanten voor een auto"],
    "pl": ["Kto kupiłby rower?", "Co myślą o Spotify?", "Jakie są najczęstsze tematy?"],
    "sv": ["Vem skulle köpa en cykel?", "Vad tycker de om Spotify?", "Vilka teman är vanligast?"],
    "tr": ["Kim bisiklet alır?", "Spotify hakkında ne düşünüyorlar?", "En çok hangi konular konuşuluyor?"],
    "id": ["Siapa yang akan membeli sepeda?", "Apa pendapat mereka tentang Spotify?"],
    "ru": ["Кто купит велосипед?", "Что думают о Spotify?", "Какие темы самые частые?"],
    "zh": ["谁会买自行车？", "大家怎么看 Spotify？"],
    "ja": ["誰が自転車を買いますか？", "Spotifyをどう思いますか"],
    "ko": ["누가 자전거를 살까요?", "스포티파이를 어떻게 생각하나요?"],
    "ar": ["من سيشتري دراجة؟", "ماذا يقول الناس عن سبوتيفاي؟"],
    "hi": ["साइकिल कौन खरीदेगा?", "लोग क्या कहते हैं?"],
    "el": ["Ποιος θα αγόραζε ποδήλατο;", "Τι λένε για το Spotify;"],
}
NAMES = (
    "La Roche-Posay", "Los Pollos Hermanos", "Que Pasa", "Dos Equis", "El País", "Der Spiegel", "Die Zeit", "Das Auto",
    "Was ist Was", "Le Monde", "Les Misérables", "Qui Vive", "Où est le Garçon", "Il Makiage", "Elle", "Cosa Nostra",
    "São Paulo", "Como agua para chocolate", "Wie Schön", "Over het IJ", "IKEA BILLY och KALLAX", "寿司", "Кто там",
    "De La Soul", "me gusta",
)  # fmt: skip
QUESTIONS = (
    "Who would engage with a {} ad?", "what do people say about {}", "compare {} and Nike", "{} vs Adidas, who wins?",
    "show me posts about {} in Coffee", "is the mood around {} getting worse?", "{} keywords", "and {}?",
)  # fmt: skip


@pytest.mark.parametrize("code", FOREIGN)
def test_it_is_told_in_its_own_language(code: str) -> None:
    for question in FOREIGN[code]:
        assert answer_to_foreign(question) == RAW[code]["answer"], question


def test_two_hundred_english_questions_with_foreign_names() -> None:
    asked = [question.format(name) for question in QUESTIONS for name in NAMES]
    assert len(asked) == 200 and [question for question in asked if answer_to_foreign(question)] == []


def test_the_questions_that_the_reader_was_trained_on_are_english() -> None:
    lines = [
        re.sub(r"\{\w+\}", "La Roche-Posay", line.partition("=>")[0].strip())
        for file in sorted((ROOT / "agent/training/phrasings").glob("*.txt"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) > 10_000 and [line for line in lines if answer_to_foreign(line)] == []


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?!",
        "Nike",
        "Le Creuset?",
        "y Adidas?",
        "寿司",
        "@quien_es_quien",
        "tone of: me encanta este café, es el mejor que hay",
        'is this positive? "no me gusta nada, es muy caro"',
        "Is this positive? La comida es muy buena y el servicio también, pero qué caro",
        "sentiment\nich mag das nicht, es ist viel zu teuer",
        "r/de vs r/france",
    ],
)
def test_names_and_pasted_posts_are_no_questions(question: str) -> None:
    assert answer_to_foreign(question) == ""


def test_the_answers_claim_nothing() -> None:
    from agent.grounding.claims import claims

    assert len(answers()) == len(RAW) >= 10
    assert all(claims(answer) == ([], []) for answer in answers())
