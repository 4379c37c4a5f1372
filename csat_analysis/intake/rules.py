"""The named rules for what breaks the data contract, and the quarantine that every use of a rule is written to."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

ROW_SET_ASIDE = "row set aside"
ROW_KEPT = "row kept"
VALUE_MISSING = "value set to missing"
FILE_NOT_READ = "file not read"
REPAIRED = "repaired: "  # followed by `what stood there → what is used`

QUARANTINE_COLUMNS = ["table", "file", "line", "column", "value", "rule", "action"]


class Rule(StrEnum):
    """A rule's name, with `meaning["en"]` and `meaning["zh"]`: one line that tells what it found and what it does."""

    meaning: dict[str, str]

    def __new__(cls, name: str, en: str, zh: str) -> Rule:
        rule = str.__new__(cls, name)
        rule._value_ = name
        rule.meaning = {"en": en, "zh": zh}
        return rule

    BLANK_ROW = ("blank_row", "a row without any value, set aside", "整行空白，剔除")
    TOTAL_ROW = (
        "total_row",
        "a total or an average of the rows above, no row of its own, set aside",
        "合计、小计或平均值所在行，不是一条记录，剔除",
    )
    SPREADSHEET_ERROR = (
        "spreadsheet_error",
        "a formula that failed (such as #N/A), set to missing",
        "公式出错（如 #N/A），置为缺失",
    )
    ROW_SHAPE = (
        "row_shape",
        "more or fewer cells than the header (an unquoted delimiter or a cut-off file), set aside",
        "单元格数与表头不符（分隔符未加引号或文件不完整），剔除",
    )
    NO_KEY = ("no_key", "the key is blank or can't be read, so the row is set aside", "主键为空或无法识别，剔除")
    DUPLICATE_KEY = (
        "duplicate_key",
        "a key that stood before: the first row is kept, this one set aside",
        "主键重复：保留第一行，其后各行剔除",
    )
    SECOND_ANSWER = (
        "second_answer",
        "a contact's other answer in the same panel: the most complete is kept, then the latest",
        "同一联系人在同一样本组中的重复作答：保留最完整的一份，其次保留最近的一份",
    )
    UNKNOWN_PANEL = (
        "unknown_panel",
        "a panel that survey.yml doesn't name, set aside",
        "survey.yml 未列出的样本组，剔除",
    )
    CUSTOMER_UNKNOWN = (
        "customer_unknown",
        "a customer who isn't in the frame: answers and invitations are set aside, events kept",
        "客户不在抽样框内：问卷与邀请剔除，业务记录保留",
    )
    CUSTOMER_LEFT = (
        "customer_left",
        "the customer had left before the survey, so isn't in the frame: set aside",
        "客户在调查前已流失，不在抽样框内，剔除",
    )
    LEFT_BEFORE_SURVEY = (
        "left_before_survey",
        "a customer who left before the survey, moved out of the frame",
        "调查前已流失的客户，移出抽样框",
    )
    NOT_A_NUMBER = ("not_a_number", "text where a number is asked, set to missing", "应填数字处为文字，置为缺失")
    NOT_A_DATE = ("not_a_date", "not a date in any form the contract knows, set to missing", "无法识别的日期，置为缺失")
    NOT_A_PERIOD = ("not_a_period", "not a period such as 2026H1, set to missing", "无法识别的期间，置为缺失")
    UNKNOWN_LEVEL = (
        "unknown_level",
        "a word that the contract's list for this column doesn't hold, set to missing",
        "不在该列允许取值之内，置为缺失",
    )
    MISSING_CODE = (
        "missing_code",
        "a code that survey.yml declares as no answer, set to missing",
        "survey.yml 声明的“未作答”代码，置为缺失",
    )
    OFF_SCALE = ("off_scale", "an answer off the question's scale, set to missing", "超出量表范围的回答，置为缺失")
    NEGATIVE_AMOUNT = ("negative_amount", "below zero where that can't be, set to missing", "不应为负的数值，置为缺失")
    RETURNED = (
        "returned",
        "a negative amount: a return or a credit note, which is neither an order nor sales, set aside (sales are before returns)",
        "金额为负：退货或红字冲销，既不计为订单也不计入销售额，剔除（销售额未扣减退货）",
    )
    NO_CUSTOMER = (
        "no_customer",
        "no customer is named: the row counts in totals but for no customer, kept",
        "未注明客户：计入合计，但不归属任何客户，保留",
    )
    CAME_BACK = (
        "came_back",
        "began again after leaving (left_on lies before since; or a date is wrong): in the frame, kept",
        "流失后再次合作（流失日期早于首单日期；或日期有误）：计入抽样框，保留",
    )
    ORDERED_AFTER_LEAVING = (
        "ordered_after_leaving",
        "an order after the day the customer left (came back, or the list is wrong), kept",
        "订单晚于客户流失日期（客户已回流，或名单有误），保留",
    )
    HUNDREDFOLD = (
        "hundredfold",
        "about a hundred times the usual amount (分 written for 元?), kept as it is: ask who entered it",
        "金额约为通常的一百倍（疑将分误作元？），原样保留：请向录入人核实",
    )
    FILE_HUNDREDFOLD = (
        "file_hundredfold",
        "the file's orders are many times its customers' yearly sales (分 for 元 throughout?), kept as they are",
        "整份文件的订单金额为客户年销售额的许多倍（疑全部以分为单位？），原样保留",
    )
    OUT_OF_RANGE = (
        "out_of_range",
        "outside the range that the contract gives, set to missing",
        "超出约定范围，置为缺失",
    )
    FUTURE_DATE = ("future_date", "a date that lies after the period, set to missing", "晚于本期的日期，置为缺失")
    ENDS_BEFORE_START = (
        "ends_before_start",
        "an end that lies before its start, set to missing",
        "结束时间早于开始时间，置为缺失",
    )
    REPLY_AFTER_RESOLUTION = (
        "reply_after_resolution",
        "a first reply that lies after the case was resolved, set to missing: when it came isn't known",
        "首次响应晚于办结时间，置为缺失（实际回复时间不明）",
    )
    NO_HOUR = (
        "no_hour",
        "a time that names the day alone: kept, but hours of waiting aren't counted from or to it",
        "只有日期、没有时刻：保留，但不用于计算以小时计的等待时间",
    )
    ANOTHER_FORM = (
        "another_form",
        "readable in another form (a unit, full-width digits, another date form), repaired",
        "可识别但书写形式不同（带单位、全角数字、其他日期格式），已规范",
    )
    NO_CONTACT = (
        "no_contact",
        "an answer without a contact: the response stands in for the contact",
        "问卷无联系人编号：以问卷编号代替",
    )
    REFUSAL_THAT_ANSWERED = (
        "refusal_that_answered",
        "recorded as not answering, but an answer came in: the answer wins",
        "邀请记录为未作答，但收到问卷：以问卷为准",
    )
    OUTCOME_BLANK = (
        "outcome_blank",
        "no outcome was recorded, but an answer came in: taken from the answer",
        "邀请记录没有结果，但收到问卷：按问卷补记",
    )
    ANSWER_NOT_FOUND = (
        "answer_not_found",
        "recorded as answered, but no usable answer is there, outcome set to missing",
        "邀请记录为已作答，但没有可用问卷：结果置为缺失",
    )
    NOT_INVITED = (
        "not_invited",
        "an answer by someone whom the invitations don't list, kept",
        "邀请名单之外的作答，保留",
    )
    LEAD_JUMPED = (
        "lead_jumped",
        "won without having been seen in every stage: it counts as having passed them all",
        "未逐一经过各阶段即成交：视为已通过全部阶段",
    )
    REACHED_BEHIND_STAGE = (
        "reached_behind_stage",
        "the furthest stage lies behind the one where the lead stands: the stage counts",
        "“到达的最远阶段”落后于当前阶段：以当前阶段为准",
    )
    LOST_NOWHERE = (
        "lost_nowhere",
        "lost, and the stage where isn't told: counts for the win rate, in no stage",
        "已流失但未记录流失于哪个阶段：计入成交率，不计入各阶段",
    )
    WON_WITHOUT_CUSTOMER = (
        "won_without_customer",
        "won, but no customer is named: it counts as won",
        "已成交但未填客户编号：仍计为成交",
    )
    CLOSED_WITHOUT_DAY = (
        "closed_without_day",
        "won or lost on a day that isn't told: taken as the last day known",
        "已成交或已流失但无日期：按最后可知日期处理",
    )
    OPEN_WITH_CLOSING_DAY = (
        "open_with_closing_day",
        "a closing day of a lead that is open: the stage counts, the day doesn't",
        "线索仍在跟进却填了结束日期：以阶段为准，日期不用",
    )
    MANAGER_UNKNOWN = (
        "manager_unknown",
        "a manager who isn't in the table of managers: kept, but in no manager's figures",
        "经理不在经理表中：保留，但不计入任何经理",
    )
    TARGET_ZERO = (
        "target_zero",
        "a sales target of 0 can't be divided by: no attainment of this manager",
        "销售目标为零，无法计算该经理的达成率",
    )
    HISTORY_MEASURE = (
        "history_measure",
        "an earlier figure that the trend doesn't show: its key is none of index, nps and csat, or it is a group's; set aside",
        "走势图不含的往期数据：指标不是 index、nps、csat 之一，或为分组数据，剔除",
    )
    HISTORY_PERIOD = (
        "history_period",
        "an earlier figure of a period that isn't before the first survey, or of another length than its: set aside",
        "往期数据的期间不早于首次调查，或期间长度与调查不同，剔除",
    )
    HISTORY_VALUE = ("history_value", "an earlier figure without a value, set aside", "往期数据没有数值，剔除")
    HISTORY_SCALE = (
        "history_scale",
        "an earlier figure beyond its measure's scale (index in points of a hundred, NPS in points, CSAT as a share or with %); "
        "an index of at most one point is taken for the form from zero to one; set aside",
        "往期数据超出指标的取值范围（指数为百分制，NPS 为净推荐值点数，CSAT 为占比或带 %）；指数不足一分的视为误用零到一的写法，剔除",
    )
    UNKNOWN_FILE = (
        "unknown_file",
        "a file that is no table of the contract (misspelt?), not read",
        "不属于数据约定的文件（文件名有误？），未读取",
    )


class Quarantine:
    """Collects what was set aside, set to missing or repaired; nothing is dropped or changed without an entry here."""

    def __init__(self) -> None:
        self._entries: list[pd.DataFrame] = []

    def add(self, table: str, file: str, rule: Rule, action: str | pd.Series, column: str, values: pd.Series) -> None:
        """Write one entry a value. `values` is indexed by line; `action` is one text, or a text a line."""
        if len(values):
            entry = {
                "table": table,
                "file": file,
                "line": values.index,
                "column": column,
                "value": values.astype("str").fillna("").to_numpy(),
                "rule": str(rule),
                "action": action if isinstance(action, str) else action.to_numpy(),
            }
            self._entries.append(pd.DataFrame(entry))

    def repaired(self, table: str, file: str, rule: Rule, column: str, before: pd.Series, after: pd.Series) -> None:
        """Write one entry for each value that is used otherwise than it came in; both are indexed by line."""
        if len(before):
            change = REPAIRED + before.astype("str").fillna("") + " → " + after.astype("str")
            self.add(table, file, rule, change, column, before)

    def set_aside(self, table: str) -> pd.Index:
        """Lines of a table that are set aside so far."""
        lines = [e.loc[e["action"] == ROW_SET_ASIDE, "line"] for e in self._entries if e["table"].iloc[0] == table]
        return pd.Index(pd.concat(lines) if lines else [], dtype="int64")

    def frame(self) -> pd.DataFrame:
        """All entries, by table and line. Of a row that was set aside only that is told, not what its values were."""
        if not self._entries:
            kinds = dict.fromkeys(QUARANTINE_COLUMNS, "str") | {"line": "Int64"}
            return pd.DataFrame(columns=QUARANTINE_COLUMNS).astype(kinds)
        entries = pd.concat(self._entries, ignore_index=True).astype({"line": "Int64"})
        aside = entries["action"] == ROW_SET_ASIDE
        gone = pd.MultiIndex.from_frame(entries.loc[aside, ["table", "line"]])
        in_gone_row = pd.MultiIndex.from_frame(entries[["table", "line"]]).isin(gone)
        kept = entries[aside | ~in_gone_row]
        return kept.sort_values(["table", "line"], kind="stable", ignore_index=True)[QUARANTINE_COLUMNS]
