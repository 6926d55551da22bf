"""A language of a few words that is written in three scripts, each with an order of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

TOPICS = ("sea", "farm", "city", "school")
NOUNS, VERBS, RATINGS, ADJECTIVES = 6, 6, 5, 3  # nouns are a topic's own, adjectives a rating's


class Sentence(NamedTuple):
    """What a sentence says, whatever the script."""

    topic: int
    subject: int
    many: bool
    verb: int
    object: int
    rating: int
    adjective: int


@dataclass(frozen=True)
class Script:
    """Words for the same things, and how they make a sentence; the verb agrees with its subject's number."""

    template: str
    between: str
    nouns: str
    verbs: str
    adjectives: str
    many: str
    verb_of_one: str = ""
    verb_of_many: str = ""

    def write(self, sentences: Sequence[Sentence]) -> str:
        return self.between.join(self._write(sentence) for sentence in sentences)

    def read(self, text: str) -> list[Sentence] | None:
        """The sentences of a text, or None if it is not of this language."""
        sentences, place = [], 0
        while found := self._pattern.match(text, place):
            sentences.append(self._read(found))
            place = found.end() + len(self.between)
        return sentences if sentences and self.write(sentences) == text else None

    def _write(self, sentence: Sentence) -> str:
        nouns = self._nouns[sentence.topic * NOUNS :]
        return self.template.format(
            subject=nouns[sentence.subject] + self.many * sentence.many,
            verb=self._verbs[sentence.verb] + (self.verb_of_many if sentence.many else self.verb_of_one),
            object=nouns[sentence.object],
            adjective=self._adjectives[sentence.rating * ADJECTIVES + sentence.adjective],
        )

    def _read(self, found: re.Match[str]) -> Sentence:
        topic, subject = divmod(self._nouns.index(found["subject"]), NOUNS)
        rating, adjective = divmod(self._adjectives.index(found["adjective"]), ADJECTIVES)
        object = self._nouns.index(found["object"]) % NOUNS
        return Sentence(
            topic, subject, bool(found["many"]), self._verbs.index(found["verb"]), object, rating, adjective
        )

    @cached_property
    def _nouns(self) -> list[str]:
        return self.nouns.split()

    @cached_property
    def _verbs(self) -> list[str]:
        return self.verbs.split()

    @cached_property
    def _adjectives(self) -> list[str]:
        return self.adjectives.split()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        groups = {
            "subject": f"(?P<subject>{'|'.join(self._nouns)})(?P<many>{self.many})?",
            "verb": f"(?P<verb>{'|'.join(self._verbs)})(?:{self.verb_of_one}|{self.verb_of_many})",
            "object": f"(?P<object>{'|'.join(self._nouns)})",
            "adjective": f"(?P<adjective>{'|'.join(self._adjectives)})",
        }
        return re.compile(self.template.replace(".", r"\.").format(**groups))


SCRIPTS = {
    "latin": Script(
        template="the {adjective} {subject} {verb} the {object}.",
        between=" ",
        nouns=(
            "ship sailor captain whale island gull "
            "farmer horse cow goat barn duck "
            "tram driver tower banker bridge painter "
            "teacher pupil book pencil poet lesson"
        ),
        verbs="follow find help paint hear praise",
        adjectives="awful terrible nasty dull poor weak plain usual common good nice fine superb great perfect",
        many="s",
        verb_of_one="s",
    ),
    "arabic": Script(
        template="{verb} {subject} {adjective} {object}.",
        between=" ",
        nouns=(
            "سفينة بحار قبطان حوت جزيرة نورس "
            "مزارع حصان بقرة ماعز حظيرة بطة "
            "ترام سائق برج مصرفي جسر رسام "
            "معلم تلميذ كتاب قلم شاعر درس"
        ),
        verbs="تبع وجد ساعد رسم سمع مدح",
        adjectives="فظيع رهيب بغيض ممل رديء ضعيف عادي مألوف شائع جيد لطيف حسن رائع عظيم كامل",
        many="ات",
        verb_of_many="وا",
    ),
    "chinese": Script(
        template="{adjective}的{subject}把{object}{verb}了。",
        between="",
        nouns=(
            "船 水手 船长 鲸 岛 海鸥 农夫 马 奶牛 山羊 谷仓 鸭子 电车 司机 塔 银行家 桥 画家 老师 学生 书 铅笔 诗人 课"
        ),
        verbs="跟随 找到 帮助 画出 听见 赞美",
        adjectives="可怕 恶劣 讨厌 沉闷 差劲 软弱 平常 普通 常见 良好 友善 不错 绝妙 伟大 完美",
        many="们",
    ),
}
