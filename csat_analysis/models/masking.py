"""Names, numbers and addresses masked in a text before anybody outside reads it.

Masking can't be perfect: a nickname, a shop described in words or a misspelt name passes. So a quotation is read by an
analyst and released one by one; masking is the second fence. What it finds is measured in tests/test_masking.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from csat_analysis.metrics.wave import Wave
from csat_analysis.models.segmentation import simplified
from csat_analysis.period import Period

MASK = "▇▇"
KNOWN = {  # table → columns whose every value is masked
    "customers": ("name", "customer_id"),
    "customers_left": ("name", "customer_id"),
    "managers": ("name", "manager_id"),
    "competitors": ("competitor",),
}
NO_NAME = "(?!马上|马虎|万一|于是|于今|方便|方案|高度|高峰|高层|常常|常年|任何|任务|安排|安装|项目|包装|包括|全部|全面|那么|时候|明天|明白|谢谢|平时|平常|白天|金额|石头|严重|温度|路上|水平|和平|段时|黄金|田间|邮件)"
SURNAME = (
    NO_NAME
    + "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|夏侯|端木|(?<![感谢多])谢|[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑韩唐冯于董萧肖程曹"
    "袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄管祝左涂谷祁舒耿牟卜詹关褚卫尚阮裴靳封华巫池房喻闫岑佟娄"
    "费苗甄简晏凌桂景解应宗宣虞祖符闵楚蒲盛戚邬卞项屠宁柯骆饶冉容覃匡甘栗臧霍鲍骞])"
)
TITLE = (
    "(?:先生|女士|小姐|太太|老师|师傅|老板娘|老板|总?经理|总监|主任|主管|店长|厂长|董事长?|部长|会计|医生|姐|哥|"
    "总(?=[，。,.!！?？；;、\\s说回的来去电和]|$)|工(?=[，。,.!！?？；;、\\s说回]|$))"
)
PERSON = rf"(?P<private>{SURNAME}[\u4e00-\u9fff]{{1,2}}?)"
CALLED = "(?:联系人|收货人|经手人|负责人|姓名|我叫|名叫)(?:是|为|:|\\s)?"
ASKED = "(?=回电|回话|联系|处理|接电话)"
REACHED = r"(?=[，,（(:\s]*(?:电话|手机|微信)?[是为:\s]*(?:\+?86)?\d{7,}|[（(，,]\s*(?:电话|手机|微信|\d))"
INVISIBLE = "\u200b-\u200f\u2060\ufeff"
GAP = rf"[\s\-—·.(){INVISIBLE}]{{0,2}}"
WIDE_GAP = rf"[\s\-—·.()_/、,{INVISIBLE}]{{0,3}}"  # between the digits of a mobile number, told by its length and start
SEPARATOR = re.compile(rf"[\s\-—·•.*_{INVISIBLE}]")  # what may stand between the characters of a name
WIDEST = 3  # of them
PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:https?://|www\.)[^\s，。；、）)]+",
        r"(?<![A-Za-z0-9_.+\-])[A-Za-z0-9_.+\-]+\s?@\s?[A-Za-z0-9\-]+(?:\s?\.\s?[A-Za-z0-9\-]+)+",
        rf"(?<!\d)(?:\+?86{GAP})?1{WIDE_GAP}[3-9](?:{WIDE_GAP}\d){{9}}(?!\d)",
        rf"\+\d{{1,3}}(?:{GAP}\d){{6,12}}(?!\d)",
        rf"(?i:电话|手机|座机|\btel|\bphone)(?:号码?)?(?:是|为|\s?is)?[:.\s]*(?P<private>\d(?:{GAP}\d){{6,}})",
        r"[零〇一二三四五六七八九幺]{7,}",
        rf"(?<![\dA-Za-z])\d{{6}}{GAP}\d{{4}}{GAP}\d{{4}}{GAP}\d{{3}}[\dXx](?![\dA-Za-z])",
        r"(?<!\d)\d{4}(?:[\s\-]\d{4}){3}(?:[\s\-]?\d{1,4})?(?!\d)",
        r"(?<![A-Za-z0-9])(?=(?:[A-Z]*\d){5})[0-9A-Z]{18}(?![A-Za-z0-9])",
        rf"(?<!\d)\(?0\d{{2,3}}\)?{GAP}\d{{3,4}}{GAP}\d{{4}}(?!\d)",
        rf"(?<!\d)[48]00{GAP}\d{{3,4}}{GAP}\d{{3,4}}(?!\d)",
        r"(?i:微\s?信号?|v信|威信|薇信|加我?\s?v(?!ip)|\bvx|\bwx|weixin|wechat|qq号?|扣扣)(?i:\s*id)?\s*(?:是|为|is)?[:\s]*(?P<private>(?![\u4e00-\u9fff])[A-Za-z0-9][\w\-]{4,})",
        r"(?:wxid_|[Vv][Xx]:?)[A-Za-z0-9_\-]{5,}",
        rf"{PROVINCE}[A-HJ-NP-Z][\s·.]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Za-z0-9])",
        rf"{PROVINCE}\s?(?i:[A-HJ-NP-Z][\s·.\-]?(?=(?:[A-Z]{{0,2}}\d){{3}})(?:[A-HJ-NP-Z0-9]{{5,6}}|[A-HJ-NP-Z0-9]{{4}}[港澳学警挂领]))(?![A-Za-z0-9])",
        r"(?<!\d)\d{7,}(?!\d)",
        rf"{SURNAME}[\u4e00-\u9fff]{{0,2}}?{TITLE}",
        rf"[老小]{SURNAME}(?=[，。,.!！?？\s说回]|$)",
        rf"{CALLED}(?P<private>{SURNAME}[\u4e00-\u9fff]{{1,2}})",
        rf"(?<![\u4e00-\u9fff]){PERSON}{REACHED}",
        rf"(?:请|找|叫|的|给|和|联系)\s?{PERSON}(?:{REACHED}|{ASKED})",
        r"\b(?i:mrs?|ms|miss|dr)\.?\s+(?P<private>[A-Z][A-Za-z'\-]+(?:\s+[A-Z][A-Za-z'\-]+)?)",
        r"\b(?i:call|contact|ask for|my name is)\s+(?!(?i:mrs?|ms|dr)\b)(?P<private>[A-Z][a-z'\-]+(?:\s+[A-Z][A-Za-z'\-]+)?|[\u4e00-\u9fff]{2,4})(?![A-Za-z])",
    )
)
ALPHANUMERIC = re.compile(r"[A-Za-z0-9]")


class Mask:
    """Masks phones, ids, WeChat ids, plates, e-mails, URLs, surnames with titles, and every name it is given.

    >>> Mask(["青禾批发部"])("青禾批发部的王经理，１３８ ０００１ ２３４５")
    '▇▇的▇▇，▇▇'
    """

    def __init__(self, names: Iterable[str] = ()):
        folded = {fold(str(name).strip()).lower() for name in names}
        self._by_start: dict[str, list[Known]] = {}
        known = (Known.of(name) for name in folded)
        for name in sorted((n for n in known if len(n.solid) > 1), key=lambda n: (-len(n.solid), n.solid)):
            self._by_start.setdefault(name.solid[:2], []).append(name)

    def __call__(self, text: str) -> str:
        plain = fold(text)
        spans = sorted([*self._known(plain.lower()), *found_by_pattern(plain)])
        masked, end = [], 0
        for start, stop in spans:
            if start >= end:
                masked += [text[end:start], MASK]
            end = max(end, stop)
        return "".join([*masked, text[end:]])

    def _known(self, plain: str) -> list[tuple[int, int]]:
        """Where a name of the tables stands, also with blanks or dots in it; one of letters or digits only as a whole word."""
        places = [place for place, character in enumerate(plain) if not SEPARATOR.match(character)]
        solid = "".join(plain[place] for place in places)
        found, at = [], 0
        while at < len(solid) - 1:
            name = next(
                (n for n in self._by_start.get(solid[at : at + 2], ()) if n.stands(plain, solid, places, at)), None
            )
            if name:
                found.append((places[at], places[at + len(name.solid) - 1] + 1))
            at += len(name.solid) if name else 1
        return found


@dataclass(frozen=True)
class Known:
    """A name without its separators, and before which of its characters the tables have one."""

    solid: str
    parted: frozenset[int]

    @classmethod
    def of(cls, name: str) -> Known:
        parts = [part for part in SEPARATOR.split(name) if part]
        return cls("".join(parts), frozenset(accumulate(map(len, parts))))

    def stands(self, plain: str, solid: str, places: list[int], at: int) -> bool:
        """Is it at this place of the text? Letters and digits may be parted only where the tables part them."""
        if not solid.startswith(self.solid, at):
            return False
        own = places[at : at + len(self.solid)]
        for i in range(1, len(own)):
            gap = own[i] - own[i - 1] - 1
            one_word = ALPHANUMERIC.match(self.solid[i - 1]) and ALPHANUMERIC.match(self.solid[i])
            if gap > WIDEST or (gap and one_word and i not in self.parted):
                return False
        return whole(plain, own[0], own[-1] + 1)


def whole(plain: str, start: int, end: int) -> bool:
    """Is no word of letters or digits cut at either end?"""
    cut_left = start and ALPHANUMERIC.match(plain[start]) and ALPHANUMERIC.match(plain[start - 1])
    cut_right = end < len(plain) and ALPHANUMERIC.match(plain[end - 1]) and ALPHANUMERIC.match(plain[end])
    return not (cut_left or cut_right)


def found_by_pattern(plain: str) -> list[tuple[int, int]]:
    return [
        match.span("private" if "private" in pattern.groupindex else 0)
        for pattern in PATTERNS
        for match in pattern.finditer(plain)
    ]


def fold(text: str) -> str:
    """Full-width and traditional characters made plain, each in its own place."""
    return "".join(map(fold_character, text))


@lru_cache(maxsize=65536)
def fold_character(character: str) -> str:
    plain = simplified(unicodedata.normalize("NFKC", character))
    return plain if len(plain) == 1 else character


def mask_of(waves: Mapping[Period, Wave]) -> Mask:
    """The mask that knows every name and id of customers, managers and competitors of all periods."""
    tables = [(wave.clean.tables.get(table), columns) for wave in waves.values() for table, columns in KNOWN.items()]
    known = [
        table[column].dropna().unique()
        for table, columns in tables
        if table is not None
        for column in columns
        if column in table
    ]
    return Mask(name for names in known for name in names)
