"""The words plans are laid out with, in the languages they are written in: tasks, phases, labels of parts.

Tables and the regexes made of them; reads no document.
"""

# ruff: noqa: RUF001  (plans in Chinese and Japanese use wide punctuation)

from __future__ import annotations

import re

_ID = r"(?:[A-Z]{1,12}[-_.]?)?\d{1,6}(?:[.\-][A-Za-z]?\d{1,5}){0,5}[a-z]?|[A-Z]{1,2}\d{0,3}|[IVX]{1,5}"
_SEPARATOR = r"\s{0,3}(?:[:：.、)）]|[-–—]{1,2}(?=\s)|\|)\s{0,3}"
_DECOR = r"\A(?:[^\w\s#\[(`*<_「【]{1,4}\s{0,2}){0,2}"

_TASK_WORDS = (
    r"task|タスク|任务|任務|작업|태스크|aufgabe|tarefa|tarea|t[âa]che|задача|görev|work\s?item|工作项"
)
_STEP_WORDS = r"step|ステップ|手順|步骤|步驟|단계|schritt|passo|paso|[ée]tape|adım|шаг"
_PHASE_WORDS = (
    r"phase|フェーズ|阶段|階段|fase|페이즈|faz|stage|sprint|iteration|milestone|meilenstein|wave|slice|chunk"
    r"|week|woche|day|tier"
    r"|task\s?group|workstream|track|part|teil|session|round|batch|epic|里程碑|マイルストーン"
    r"|priority|etapa|block"
)


def _head(words: str) -> re.Pattern[str]:
    """A heading of this sort: word, number, title. A letter as a number needs a separator behind it."""
    number = rf"(?P<id>(?-i:{_ID})(?![\w])(?:(?<=[0-9a-z])(?<![A-Z])|(?={_SEPARATOR}|\s*$)))"
    return re.compile(
        rf"{_DECOR}(?:{words})(?:\s{{0,3}}[#№]|\s{{1,3}}|(?=\d)"
        rf"|(?<=[^\x00-\x7f])){number}(?:{_SEPARATOR}|\s{{1,3}}|$)(?P<title>.*)",
        re.IGNORECASE | re.DOTALL,
    )


TASK = _head(_TASK_WORDS)
STEP = _head(_STEP_WORDS)
PHASE = _head(_PHASE_WORDS)
NUMBERED = re.compile(
    rf"{_DECOR}(?P<id>(?:[A-Z]{{1,3}}-?)?\d{{1,3}}(?:\.\d{{1,3}}){{0,4}}[a-z]?)(?:{_SEPARATOR}"
    rf"|\s{{1,3}}(?=\S))(?P<title>\S.*)",
    re.DOTALL,
)
# An id that cannot be mistaken for a number: T001, T2-001, TASK-3, US-001, 1.2.3, WARN.2.
LEADING_ID = re.compile(
    r"(?P<id>(?:[A-Z][A-Z0-9]{0,11}[-.]){1,2}\d{1,5}[a-z]?(?:\.[A-Za-z\d]{1,20}){0,3}"
    r"|T\d{1,5}[a-z]?|\d{1,4}(?:\.\d{1,4}){1,4}[a-z]?"
    r"|\d{1,3}(?=[.)）:：、]\s|\s[-–—]\s)|#\d{1,4}(?=\s))(?=[\s:：.、)）\]*`]"
    r"|$)(?:\]?[:：.、)）]?\s{0,3}(?:[-–—]{1,2}\s)?)",
)
MARKERS = re.compile(
    r"\s{0,2}(?:\[(?P<p>P)\]|\((?P<q>P)\)|\[(?P<story>(?:US"
    r"|Story\s?)\d{1,3}(?:\s?,\s?US\d{1,3}){0,9})\]"
    r"|\[(?P<other>[A-Z][A-Za-z0-9 -]{0,15})\](?!\())"
)
ODD_BOX = re.compile(r"\[(?P<mark>[ xX~\-/!*>✓✔✅⏳])\](?P<star>\*)?(?:\s{1,4}|$)")

_FIELDS: dict[str, str] = {
    "files": r"(?:target |affected |key |related |main |primary )?files?(?: targets?| list"
    r"| paths?)?(?: to (?:create|modify|add|change|edit|update|delete))?"
    r"(?: (?:modified|created|changed|affected|touched|to touch|involved"
    r"|impacted))?(?: ?/ ?paths?)?|(?:new|modified|changed|created|updated|deleted) files?"
    r"|(?:create|modify|edit|delete|update)d?|dateien?|betroffene dateien|ファイル"
    r"|対象ファイル|変更ファイル|文件|涉及文件|修改文件|新建文件|arquivos?|archivos?|fichiers?"
    r"|파일|dosyalar?"
    r"|file targets?|files_modified|location|test|tests? files?",
    "needs": r"depends(?: on)?|dependenc(?:y|ies)|step dependencies|task dependencies|blocked by"
    r"|requires tasks?|prerequisites?|after|depend|依存(?:関係)?|依赖(?:关系)?|前置(?:任务"
    r"|条件)?"
    r"|abhängig(?:keit(?:en)?)?(?: von)?|depende de|dependências|dependencias|dépend(?:ances)?"
    r"|의존성?|bağımlılıklar",
    "acceptance": r"acceptance(?: criteria| tests?)?|ac|acs|done(?: criteria| when| means)?"
    r"|definition of done|success criteria|exit criteria|criteria|expected outcomes?"
    r"|completion criteria"
    r"|dod|受け入れ(?:基準|条件)|完了(?:条件|基準)|验收(?:标准)?|验收条件|完成标准|成功标准"
    r"|akzeptanzkriterien|critérios de (?:aceitação|aceite)|criterios de aceptación"
    r"|인수 ?(?:조건|기준)|완료 ?(?:조건|기준)",
    "tests": r"tests?(?: cases?| strategy| plan| required| requirements)?|testing(?: strategy)?"
    r"|verif(?:y|ication)(?: steps?| commands?)?|validat(?:e|ion)(?: commands?| steps?)?"
    r"|checks?"
    r"|expected(?: output| result)?|how to (?:test|verify)|テスト|検証|期待(?:結果)?|测试|验证"
    r"|预期(?:结果)?|검증|테스트|prüfung|verifikation|verificação",
    "commands": r"run|commands?|実行|コマンド|运行|执行|命令|실행|ausführen|befehle?|executar|ejecutar",
    "objective": r"goal|objective|purpose|description|task|what|why|intent|summary|目的|目標|目标|描述|说明"
    r"|概要|ziel|beschreibung|objetivo|descrição|목표|설명",
    "changes": r"changes?(?: made)?|implementation(?: steps?| details?| guidance| notes)?|steps?|actions?"
    r"|action items?|tasks?|sub-?tasks?|details?|do|approach|how|what to do|work|scope|改法"
    r"|做法|变更|改动|变化"
    r"|実装(?:内容)?|変更(?:内容)?|内容|手順|步骤|实现|umsetzung|änderung(?:en)?|schritte|구현|변경",
    "covers": r"requirements?|covers|reqs?|validates|implements|traces?(?: to)?|需求|要件|요구사항",
    "gotchas": r"gotchas?|notes?|risks?|warnings?|caveats?|pitfalls?|注意(?:点|事項)?|风险|risiken",
    "user_instructions": r"user instructions?|manual (?:steps?|actions?)|user actions?",
}
LABELS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"{_DECOR}(?:{words})", re.IGNORECASE) for name, words in _FIELDS.items()
}
LABEL = re.compile(
    r"\A(?P<mark>\*\*|__|[*_])?(?P<name>[^*_:：\n`]{1,48}?)(?P<colon>[:：])?(?P=mark)?(?(colon)"
    r"|[:：])(?=\s|\*|$|`|[^\x00-\x7f])\s{0,3}(?:\*\*)?"
)
BARE_LABEL = re.compile(r"(?:\*\*|__)(?P<name>[^*_:：\n]{1,48})(?:\*\*|__)\s{0,3}")

# Sections whose lists are no work: what must hold, what was learnt, what is only told.
ASIDE = re.compile(
    rf"{_DECOR}(?:\d{{1,2}}(?:\.\d{{1,2}})*[.)]?\s+)?(?:acceptance|definition of done"
    rf"|success (?:criteria|metrics)|exit (?:criteria|gate)|entry (?:criteria|gate)"
    rf"|quality gates?|done criteria|verification|validation|"
    r"format\b|conventions?|path conventions|notes?\b|example|parallel (?:example"
    r"|opportunities)|dependencies\b|implementation strategy|out of scope|non-?goals"
    r"|references?\b|change ?log|decision log|decisions?\b|"
    r"surprises|outcomes|learnings?|retrospective|risks?\b|rollback|requirements?\b"
    r"|functional req|non-functional|assumptions|open (?:questions|issues)|questions|summary"
    r"|overview|background|context\b|"
    r"review (?:checklist|gate)|checklist\b|execution status|constitution check"
    r"|progress tracking|self-review|dod\b|coverage|legend|glossary|metrics|constraints"
    r"|principles|user scenarios|edge cases|key entities|"
    r"clarifications|test (?:contract|results|matrix|coverage)|done\b|what (?:this|we)"
    r"|current (?:state|situation)|problem|architecture|testing checklist|manual testing|qa\b"
    r"|pre-?(?:requisites|flight)|"
    r"受け入れ|完了(?:条件|基準)|検証|确认|验收|验证|成功|风险|背景|概要|参考|注意"
    r"|non-obiettivi|akzeptanz|risiken|zusammenfassung|인수|검증|위험)",
    re.IGNORECASE,
)
PLANNING = re.compile(
    rf"{_DECOR}(?:\d{{1,2}}(?:\.\d{{1,2}})*[.)]?\s+)?(?:implementation|steps?\b|tasks?\b|plan\b"
    rf"|plan of|todo|to-?dos?\b|approach|proposed (?:changes|solution)|changes\b|what (?:to do"
    rf"|changes)|work (?:items|plan|breakdown)|"
    r"action|order of|execution|roadmap|milestones?|backlog|concrete steps|next steps"
    r"|migration (?:steps|plan)|rollout|fix\b|sequence|recommended|remaining|phases?\b"
    r"|slices?\b|strategy|development|deliverables|"
    r"実装|手順|タスク|計画|作業|实施|实现|步骤|任务|计划|方案|改动|umsetzung|schritte"
    r"|aufgaben|vorgehen|maßnahmen|구현|작업|계획|단계|implementação|passos|tarefas|plano"
    r"|uygulama|adımlar|étapes|mise en œuvre)",
    re.IGNORECASE,
)
LISTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "/non_goals",
        re.compile(
            rf"{_DECOR}(?:\d{{1,2}}[.)]?\s+)?(?:non-?goals?|out[ -]of[ -]scope|not in scope"
            rf"|explicitly (?:out|not)|対象外|非目标|不做|nicht-?ziele|fora do escopo)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "/goals",
        re.compile(
            rf"{_DECOR}(?:\d{{1,2}}[.)]?\s+)?(?:goals?|objectives?|ziele?|目标|目標|objetivos?|목표)\s*$",
            re.IGNORECASE,
        ),
    ),
    (
        "/questions",
        re.compile(
            rf"{_DECOR}(?:\d{{1,2}}[.)]?\s+)?(?:open questions?|unresolved questions?"
            rf"|questions? to (?:resolve|answer)|offene (?:fragen|punkte)|未解決|待确认"
            rf"|未决问题|preguntas abiertas)",
            re.IGNORECASE,
        ),
    ),
    (
        "/assumptions",
        re.compile(
            rf"{_DECOR}(?:\d{{1,2}}[.)]?\s+)?(?:(?:key )?assumptions?|annahmen|前提条件|假设"
            rf"|suposições|가정)\s*(?:&.*)?$",
            re.IGNORECASE,
        ),
    ),
    (
        "/constraints",
        re.compile(
            rf"{_DECOR}(?:\d{{1,2}}[.)]?\s+)?(?:(?:global )?constraints?|制約|约束"
            rf"|randbedingungen|restrições)\s*$",
            re.IGNORECASE,
        ),
    ),
)
PLANNING_ANYWHERE = re.compile(
    r"実装手順|実装計画|実装順|作業手順|タスク一覧|实施(?:步骤|顺序|计划)|实现步骤|执行(?:步骤"
    r"|计划|顺序)|任务(?:清单|列表|分解)|구현 (?:계획|단계)|작업 목록"
)
NOTHING = re.compile(
    r"[\s*_`—–-]*+(?:[\s*_`(—–-]*+(?:none|n/?a|nothing|no|なし|无|無|keine?|nenhuma?|ninguna?|aucune?|없음"
    r"|yok|foundational)?[\s.*_`)]*+)?(?:\(.{0,200}\)[\s.*_`]*)?",
    re.IGNORECASE,
)
PARALLEL = re.compile(
    r"\b(?:in parallel|parallel(?:i[sz]able)?|concurrently|independent(?:ly)?)\b|並列|并行|parallelisierbar",
    re.IGNORECASE,
)
DONE = re.compile(r"✅|☑|\b(?:COMPLETED?|DONE)\b|完了|已完成|ERLEDIGT")


def label_of(text: str) -> tuple[str, str, int]:
    """The field that a text begins with the label of, the label itself, and where its own text starts.

    ("", "", 0) when it has no label that is known here.
    """
    found = LABEL.match(text) or BARE_LABEL.match(text)
    if not found:
        return "", "", 0
    name = " ".join(found["name"].split()).rstrip(" :：")
    return field_named(name), name, found.end()


def field_named(name: str) -> str:
    """The field that a label or heading names, "" when it names none."""
    name = re.sub(r"\s{0,40}[(（].*", "", name.strip().strip("*_`:： ")) or name
    return next((field for field, words in LABELS.items() if words.fullmatch(name)), "")
