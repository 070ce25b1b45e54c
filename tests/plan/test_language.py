"""English is told from the rest well enough for rules on English words: in doubt a text is left alone."""

from __future__ import annotations

import pytest

from bot.plan.language import language_of

ENGLISH = "The worker takes due deliveries from the queue and sends them again, at most 6 times. " * 6


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "english"),
        ("Sends the file again.", "unknown"),
        ("", "unknown"),
        ("`make test`", "unknown"),
        ("Der Server nimmt die Lieferungen aus der Warteschlange und sendet sie noch einmal.", "other"),
        ("Le serveur prend les livraisons dans la file et les envoie une fois de plus.", "other"),
        ("O servidor deve enviar a entrega mais uma vez quando o destino não responde.", "other"),
        ("El servidor toma las entregas de la cola y las envía otra vez.", "other"),
        ("Il server prende la consegna dalla coda e la invia di nuovo per ogni utente.", "other"),
        ("Sunucu bu belgeyi bir kez daha verir ve son olarak kaydeder.", "other"),
        ("サーバーは配信をもう一度送信する", "other"),
        ("服务器再次发送 `delivery`", "other"),
        ("Сервер отправляет доставку ещё раз", "other"),
        ("导入 API client SDK token cache queue 配置文件必须存在并且可以读取数据内容", "other"),
        ("The name Łukasz, the word naïve and 東京 stay as they are in the file.", "unknown"),
        ("config parser tokens lexer grammar module " * 15, "other"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "code", ["`der die das und nicht`", "```\nder die das und nicht ist\n```", "src/der/die/das"]
)
def test_code_has_no_language(code: str) -> None:
    assert language_of(ENGLISH + code) == "english"


@pytest.mark.parametrize("piece", ["`", "a", "a.", "/", "_", "https://", "é", "中", "der ", "' "])
def test_long_texts_of_one_piece_are_read(piece: str) -> None:
    assert language_of(piece * (100_000 // len(piece))) in ("english", "other", "unknown")


def test_line_ends_and_order_do_not_matter() -> None:
    words = ENGLISH.split()
    assert language_of("\r\n".join(words)) == language_of(" ".join(sorted(words))) == "english"
