"""Ranking, conventions, symbols, secrets, suggestions and the whole survey, on one small application."""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.recon.conventions import conventions
from bot.recon.kinds import kind_of
from bot.recon.languages import language_of, languages
from bot.recon.manifests import manifests
from bot.recon.owners import owners
from bot.recon.ranking import by_stem, paired_tests, rank
from bot.recon.report import survey
from bot.recon.secrets import Guarded, secret_name
from bot.recon.suggest import nearest
from bot.recon.symbols import outline, symbol_in
from bot.recon.tree import NotReadable, in_memory
from bot.secret_text import secret_in

DEFINING = (
    "def a():\n",
    "class B:\n",
    "    pass\n",
    "function c() {\n",
    "}\n",
    "fn d() {\r",
    "\r",
    "\n",
    "\x0c",
    "x = 1\r\n",
)
CART = '''"""Shopping carts."""


class Cart:
    def apply_discount(self, code):
        """Reduce the total by a voucher."""
        return self.total * 0.9

    def total_price(self):
        return sum(item.price for item in self.items)
'''
TREE = in_memory(
    {
        "shop/__init__.py": "",
        "shop/cart.py": CART,
        "shop/users.py": "class User:\n    def login(self):\n        return 1\n",
        "shop/mail.py": "from shop.cart import Cart\n\n\ndef send_receipt(cart):\n    return "
                        "cart.total_price()\n",
        "shop/migrations/0001_initial.py": "x = 1\n",
        "tests/test_cart.py": "import pytest\nfrom shop.cart import Cart\n\n\ndef test_apply_discount():\n  "
                              "  Cart().apply_discount('x')\n",
        "tests/test_users.py": "def test_login(): ...\n",
        "docs/cart.md": "# Carts\n\nA discount voucher reduces the total.\n",
        "README.md": "# Shop\n",
        "CHANGELOG.md": "# Changes\n",
        "AGENTS.md": "# Rules\n",
        ".env": "TOKEN=live-secret-apply_discount\n",
        ".env.example": "TOKEN=\n",
        ".github/CODEOWNERS": "* @all\n/shop/ @shop-team\n/shop/mail.py\n",
        ".github/workflows/ci.yml": "name: CI\njobs:\n  test:\n    name: Tests\n    steps:\n      - run: "
                                    "make test\n  lint:\n    steps:\n      - run: ruff check .\n",
        "Makefile": "test:\n\tpytest\n",
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["httpx>=0.27"]\n'
        '[dependency-groups]\ndev = ["pytest"]\n[tool.ruff]\n[tool.black]\n',
        "specs/1-carts/plan.md": "# Plan\n",
        "vendor/cart.py": CART,
        "package-lock.json": "{}",
    }
)  # fmt: skip


class TestRanking:
    def test_the_defining_file_comes_first_and_says_why(self) -> None:
        first = rank(
            TREE, "Discount is applied twice", "Calling `apply_discount` two times reduces the total twice."
        )[0]
        assert first.path == "shop/cart.py"
        assert any("defines `apply_discount`" in reason for reason in first.reasons)
        assert any("tests/test_cart.py" in reason for reason in first.reasons)

    def test_a_named_path_is_first_with_confidence_a(self) -> None:
        first = rank(TREE, "Broken", "See shop/users.py, the discount of the cart is wrong.")[0]
        assert (first.path, first.confidence) == ("shop/users.py", "A")
        assert first.reasons[0] == "issue names `shop/users.py`"

    def test_tests_and_docs_are_demoted_but_never_dropped(self) -> None:
        order = [each.path for each in rank(TREE, "cart discount voucher total", "")]
        assert order[0] == "shop/cart.py"
        assert {"tests/test_cart.py", "docs/cart.md"} <= set(order)

    def test_an_issue_about_documentation_ranks_the_document_first(self) -> None:
        assert rank(TREE, "Typo in the docs about the discount voucher", "")[0].path == "docs/cart.md"

    def test_vendored_copies_come_after_the_source(self) -> None:
        order = [each.path for each in rank(TREE, "apply_discount of Cart", "")]
        assert (
            order.index("shop/cart.py") < order.index("vendor/cart.py") if "vendor/cart.py" in order else True
        )
        assert order[0] == "shop/cart.py"

    def test_the_order_does_not_depend_on_the_order_of_files(self) -> None:
        files = {path: TREE.read(path) for path in TREE.paths}
        names = list(files)
        random.Random(3).shuffle(names)
        again = in_memory({name: files[name] for name in names})
        assert rank(again, "cart total", "login of User") == rank(TREE, "cart total", "login of User")

    def test_nothing_asked_gives_nothing(self) -> None:
        assert rank(TREE, "", "") == ()
        assert rank(in_memory({}), "cart", "discount") == ()
        assert len(rank(TREE, "cart discount total user login", "", limit=2)) == 2

    def test_template_words_and_comments_do_not_count(self) -> None:
        noise = "<!-- login User users -->\n- [x] I have read users\n\nhttps://example.org/users/login\n"
        assert rank(TREE, "cart discount", noise)[0].path == "shop/cart.py"
        assert rank(TREE, "cart discount", noise)[0].score == rank(TREE, "cart discount", "")[0].score

    def test_tests_belong_to_their_source(self) -> None:
        assert paired_tests("shop/cart.py", by_stem(TREE)) == ("tests/test_cart.py",)
        assert paired_tests("shop/mail.py", by_stem(TREE)) == ()

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=80), st.text(max_size=300))
    def test_any_text_is_ranked(self, title: str, body: str) -> None:
        found = rank(TREE, title, body)
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


class TestConventions:
    def test_everything_is_found_with_evidence(self) -> None:
        habits = conventions(TREE)
        assert [each.value for each in habits.test_frameworks] == ["pytest"]
        assert (habits.test_habits[0].pattern, habits.test_habits[0].count) == ("tests/test_<module>.py", 2)
        assert [each.value for each in habits.formatters] == ["black"]
        assert [each.value for each in habits.linters] == ["ruff"]
        assert [(each.job, each.name, each.evidence.line) for each in habits.ci_jobs] == [
            ("test", "Tests", 3),
            ("lint", "lint", 7),
        ]
        assert [each.value for each in habits.migrations] == ["shop/migrations"]
        assert habits.env_examples == (".env.example",)
        assert [each.value for each in habits.rules] == ["readme", "agent rules"]
        assert [each.value for each in habits.plans] == ["specs/1-carts/plan.md"]
        assert habits.changelog is not None
        assert habits.changelog.value == "CHANGELOG.md"
        for fact in (*habits.test_frameworks, *habits.linters, *habits.rules, *habits.protected):
            for each in fact.evidence:
                assert each.quote in (TREE.text(each.path) or "").split("\n")[each.line - 1]

    def test_owners_follow_the_last_matching_line(self) -> None:
        rules = owners(TREE)
        found = [rules.of(path) for path in ("README.md", "shop/cart.py", "shop/mail.py")]
        assert [each.owners for each in found if each] == [("@all",), ("@shop-team",), ()]

    def test_dependencies_have_their_line(self) -> None:
        (found,) = [each for each in manifests(TREE) if each.path == "pyproject.toml"]
        assert [(each.name, each.wanted, each.group, each.evidence.line) for each in found.dependencies] == [
            ("httpx", ">=0.27", "dependencies", 3), ("pytest", "", "dev", 5),
        ]  # fmt: skip

    def test_languages_are_counted_by_bytes_of_own_code(self) -> None:
        (python,) = languages(TREE)
        assert (python.name, python.share, python.files) == ("Python", 1.0, 7)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("src/a.py", "source"), ("tests/test_a.py", "test"), ("a_test.go", "test"), ("web/a.spec.ts",
        "test"), ("src/test/java/ATest.java", "test"),
        ("django/test/client.py", "source"), ("pandas/testing.py", "source"), ("README.md", "doc"),
        ("docs/conf.py", "doc"), ("package-lock.json", "lock"),
        ("go.sum", "lock"), ("node_modules/a/index.js", "vendored"), ("vendor/x.go", "vendored"),
        ("a.min.js", "generated"), ("x_pb2.py", "generated"),
        ("app/migrations/0001_initial.py", "migration"), ("db/migrate/20200101_x.rb", "migration"),
        ("app/migrations/operations.py", "source"),
        ("pyproject.toml", "config"), (".github/workflows/ci.yml", "config"), ("Makefile", "config"),
        ("requirements-dev.txt", "config"),
        ("logo.png", "data"), ("specs/1-x/plan.md", "doc"), ("spec/a_spec.rb", "test"), ("contest/latest.py",
        "source"), ("tests/fixtures/a.json", "test"),
    ],
)  # fmt: skip
def test_kinds(path: str, kind: str) -> None:
    assert kind_of(path) == kind


class TestSecrets:
    @pytest.mark.parametrize(
        "path",
        [".env", ".env.production", "config/prod.env", "id_rsa",
         "deploy/id_ed25519", "a/server.pem", "x.key", ".npmrc", "credentials.json",
         "terraform.tfstate", "prod.tfvars", ".aws/config", "k.p12", "gcp-service-account.json"],
    )  # fmt: skip
    def test_names_that_hold_secrets(self, path: str) -> None:
        assert secret_name(path)

    @pytest.mark.parametrize(
        "path",
        [
            ".env.example",
            ".env.sample",
            "environment.py",
            "keys.py",
            "secrets.py",
            "README.md",
            "token.ts",
            "env.ts",
            "public.pub",
        ],
    )
    def test_names_that_do_not(self, path: str) -> None:
        assert secret_name(path) is None

    @pytest.mark.parametrize(
        "text",
        [
            "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq" * 3,
            "aws = 'AKIA" + "QWERTYUIOPASDFGH'",
            "token: ghp_" + "a8B" * 12,
            "key=sk-proj-" + "Zk3" * 14,
            "DATABASE_URL=postgres://app:Tr0ub4dor3@db.acme.internal/app",
            'api_key = "f8a7c6b5d4e3' + '92817465a0b9c8d7"',
            "ghs_" + "a8B" * 12,
            "ghs_1234567_eyJ" + "hbGciOiJSUzI1NiJ9.aB-3_" * 8,
            "github_pat_" + "A1b2" * 20,
            "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0In0." + "kZ-9_qWe" * 5,
            "hf_" + "aBcD" * 9,
            "dop_v1_" + "0a1b" * 16,
            "DefaultEndpointsProtocol=https;AccountKey=" + "aB3d" * 21 + "Qw==;",
            "https://user:s3cr3tpw99" + "@pypi.acme.io/simple",
            "PASSWORD=Sup3rS3cret" + "Value9988xyzA",
            "use `db_password = hunter2" + "secret99` there",
            "aws_secret_access_key = wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCYzzzzzzzKEY",
        ],
    )
    def test_contents_that_hold_secrets(self, text: str) -> None:
        found = secret_in(f"# first line\n{text}\n")
        assert found is not None
        assert found.line == 2

    @pytest.mark.parametrize(
        "text",
        ["-----BEGIN PRIVATE KEY-----", "AKIAIOSFODNN7EXAMPLE",
         "password = get_password()", "api_key = 'your-api-key-goes-here-please'",
         "postgres://user:password@localhost/db", "token = os.environ['GITHUB_TOKEN_FOR_TESTS']", "sk-learn",
         "secret = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "ghs_" + "x" * 40,
         "hf_model_config_for_sequence_classification",
         "https://user:password@host.io/x", "https://x:${{secrets.TOKEN_22}}@github.com",
         "https://x-access-token:$GITHUB_TOKEN_2026@github.com", "secretName: my-app-tls-2024",
         "secret: my-app-tls-2024", "password = settings.PASSWORD_V22", "password=hashed_password_2048",
         "PASSWORD=${DB_PASSWORD_2026}", "api_key: str = Field(min_length=12, max_length=64)",
         "password = chosen-by-the-people", "eyJhbGciOiJIUzI1NiJ9 is where a token begins"],
    )  # fmt: skip
    def test_contents_that_do_not(self, text: str) -> None:
        assert secret_in(text) is None

    @pytest.mark.parametrize(
        "piece",
        ["eyJ", "eyJaaaaaaaaaaaa.", "ghs_ ", "password=", "https://a:", "password: a", "AccountKey=a", "://"],
    )
    def test_a_long_text_of_beginnings_is_looked_through(self, piece: str) -> None:
        assert secret_in((piece * 262_144)[:262_144]) is None

    def test_a_guarded_tree_never_gives_them_out(self) -> None:
        key = "-----BEGIN PRIVATE KEY-----\n" + "A1b2" * 20
        tree = Guarded(in_memory({".env": "A=1", "a.py": "x", "b.py": key}))
        assert tree.paths == (".env", "a.py", "b.py")
        assert (tree.text(".env"), tree.text("b.py"), tree.text("a.py")) == (None, None, "x")
        with pytest.raises(NotReadable):
            tree.read("b.py")


class TestSymbols:
    def test_python_by_its_own_parser(self) -> None:
        found = (
            outline("shop/cart.py", CART + "\nLIMIT: int = 3\nif LIMIT:\n    async def late(): ...\n") or ()
        )
        assert [(each.qualified, each.kind, each.line, each.end_line) for each in found] == [
            ("Cart", "class", 4, 10), ("Cart.apply_discount", "method", 5, 7), ("Cart.total_price", "method",
            9, 10),
            ("LIMIT", "constant", 12, 12), ("late", "function", 14, 14),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "text", "names"),
        [
            ("a.ts",
            "export class Foo<T> extends B {\n  async run(a: string): Promise<void> {\n    if (a) {\n    "
            "}\n  }\n}\nexport const add = (a) => a\nexport interface Opt {\n}\n",
             ["Foo", "Foo.run", "add", "Opt"]),
            ("a.go", "type Server struct {\n}\nfunc (s *Server) Start(x int) error {\n}\nfunc main() {\n}\n",
            ["Server", "Server.Start", "main"]),
            ("a.rs", "pub struct P;\nimpl P {\n    pub(crate) async fn go(&self) {\n    }\n}\nenum E {\n}\n",
            ["P", "P.go", "E"]),
            ("A.java",
            "public final class A<T> {\n    private static int n = 1;\n    public List<String> names(int a) "
            "{\n        return foo(a);\n    }\n}\n", ["A", "A.n", "A.names"]),
            ("a.rb", "module M\n  class C\n    def self.x?\n    end\n  end\nend\n", ["M", "M.C", "M.C.x?"]),
            ("a.c", "#define MAX 3\nstruct node {\n};\nstatic int add(int a)\n{\n  return call(a);\n}\n",
            ["MAX", "node", "add"]),
            ("a.cpp", "namespace n {\nclass W {\n};\n}\nvoid W::paint(int a) {\n}\n",
            ["n", "n.W", "W.paint"]),
        ],
    )  # fmt: skip
    def test_other_languages_by_their_grammars(self, path: str, text: str, names: list[str]) -> None:
        assert [each.qualified for each in outline(path, text) or ()] == names

    @pytest.mark.parametrize(
        ("path", "name", "answer"),
        [
            ("shop/cart.py", "Cart", True), ("shop/cart.py", "Cart.apply_discount", True), ("shop/cart.py",
            "apply_discount()", True),
            ("shop/cart.py", "Cart.checkout", False), ("shop/mail.py", "Cart", None), ("docs/cart.md",
            "Carts", None), ("gone.py", "x", None),
        ],
    )  # fmt: skip
    def test_a_symbol_is_there_or_not_or_unchecked(self, path: str, name: str, answer: bool | None) -> None:
        assert symbol_in(TREE, path, name) is answer

    @settings(max_examples=100, deadline=None)
    @given(st.text(max_size=400) | st.lists(st.sampled_from(DEFINING), max_size=30).map("".join))
    def test_any_text_is_outlined(self, text: str) -> None:
        for name in ("a.py", "a.ts", "a.java", "a.rs", "a.c", "a.rb"):
            line_end = r"\r\n|\r|\n" if name == "a.py" else r"\n"  # Python ends lines at a lone \r too
            for each in outline(name, text) or ():
                assert 1 <= each.line <= each.end_line <= len(re.split(line_end, text))


@pytest.mark.parametrize(
    ("path", "best"),
    [
        ("shop/Cart.py", "shop/cart.py"), ("src/shop/cart.py", "shop/cart.py"), ("cart.py", "shop/cart.py"),
        ("shop/crat.py", "shop/cart.py"),
        ("shop/cart.pyi", "shop/cart.py"), ("test/test_users.py", "tests/test_users.py"), ("shop/user.py",
        "shop/users.py"),
    ],
)  # fmt: skip
def test_the_nearest_path_comes_first(path: str, best: str) -> None:
    paths = [each for each in TREE.paths if not each.startswith("vendor/")]
    assert nearest(path, paths)[0] == best


def test_nothing_near_gives_nothing() -> None:
    assert nearest("zzz/qqq.xyz", TREE.paths) == ()
    assert nearest("shop/cart.py", ["shop/cart.py"]) == ()


def test_language_of_a_path() -> None:
    assert [language_of(path) for path in ("a.py", "Makefile", "x", ".bashrc", "a.b.tsx")] == [
        "Python",
        "Make",
        None,
        None,
        "TypeScript",
    ]


class TestSurvey:
    def test_it_bundles_everything_and_is_plain_json(self) -> None:
        recon = survey(TREE, "Discount applied twice", "It must apply once. See shop/cart.py.")
        plain = recon.to_dict()
        assert json.loads(json.dumps(plain)) == plain
        assert [each.text for each in recon.obligations] == ["It must apply once."]
        assert recon.ranked[0].path == "shop/cart.py"
        assert recon.commands[0].line == "make test"
        assert json.dumps(plain) == json.dumps(
            survey(TREE, "Discount applied twice", "It must apply once. See shop/cart.py.").to_dict()
        )

    def test_no_finding_quotes_a_secret(self) -> None:
        recon = survey(TREE, "apply_discount TOKEN live-secret", ".env holds `TOKEN`")
        assert ".env" in [each.path for each in recon.left_out]
        assert "TOKEN=live" not in json.dumps(recon.to_dict())

    @pytest.mark.parametrize(
        "files",
        [
            {}, {"a.bin": b"\0" * 1000}, {"a.py": b"\xff\xfe\x00"},
             {"min.js": "var a=1;" * 100_000}, {"deep/" * 40 + "f.py": "x = 1"},
            {"a.py": "x = 1\n" * 40_000}, {"a.py": "\r\n".join(["def f():", "  pass"])},
            {"a.py": b"\xef\xbb\xbfdef f(): pass"},
        ],
    )  # fmt: skip
    def test_odd_trees_break_nothing(self, files: dict[str, str | bytes]) -> None:
        recon = survey(in_memory(files), "a def f in x", "var must be `a`")
        assert recon.files == len(files)
        assert len(recon.obligations) == 1
