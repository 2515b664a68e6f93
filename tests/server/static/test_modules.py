"""The studio's modules by themselves, in the browser that runs them: offsets, late answers, event streams."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_colours_move_with_their_words_before_the_next_answer(studio: Any) -> None:
    moved = await studio.page.evaluate(
        """async () => {
          const { moveSpans, toUnits, segments, countCodePoints } = await import("./text/codepoints.js");
          const text = "a 👩 red hat, blue coat";
          const hat = { start: 4, end: 11, group: "headwear" }, coat = { start: 13, end: 22, group: "outerwear" };
          const spans = toUnits(text, [hat, coat]);
          const words = (after) => {
            const pieces = segments(after, moveSpans(spans, text, after));
            const whole = pieces.map((piece) => piece.text).join("") === after;
            return [whole, ...pieces.filter((piece) => piece.span).map((piece) => piece.text)];
          };
          return {
            before: words("see 🎩 a 👩 red hat, blue coat"), inside: words("a 👩 red big hat, blue coat"),
            cut: words("a 👩 coat"), none: words(""), same: words(text),
            tooLong: toUnits("ab", [{ start: 0, end: 3, group: "top" }]).length, points: countCodePoints("👩🏽a"),
          };
        }"""
    )
    assert moved == {
        "before": [True, "red hat", "blue coat"],
        "inside": [True, "red big hat", "blue coat"],
        "cut": [True, "coat"],
        "none": [True],
        "same": [True, "red hat", "blue coat"],
        "tooLong": 0,
        "points": 3,
    }


async def test_a_late_answer_to_an_older_text_is_dropped(studio: Any) -> None:
    shown = await studio.page.evaluate(
        """async () => {
          const { DescriptionBox } = await import("./text/description.js");
          const elements = { input: document.createElement("textarea") };
          for (const name of ["layer", "marks", "count"]) elements[name] = document.createElement("div");
          const answers = new Map();
          const box = new DescriptionBox(elements, (text) => new Promise((resolve) => answers.set(text, resolve)));
          const asked = async (text) => {
            box.value = text;
            while (!answers.has(text)) await new Promise(requestAnimationFrame);
          };
          await asked("red hat");
          await asked("red cat");
          answers.get("red cat")({ groups: [{ start: 4, end: 7, group: "other", weight: 1 }] });
          answers.get("red hat")({ groups: [{ start: 0, end: 7, group: "headwear", weight: 1 }] });
          await new Promise((resolve) => setTimeout(resolve));
          return box.spans.map(({ start, end, group }) => [start, end, group]);
        }"""
    )
    assert shown == [[4, 7, "other"]]


async def test_event_streams_are_read_however_they_are_cut(studio: Any) -> None:
    read = await studio.page.evaluate(
        """async () => {
          const { readEvents } = await import("./service/sse.js");
          const step = ': hello\\r\\n\\r\\nevent: step\\ndata: {"a":\\ndata: "é👩"}\\n\\n';
          const noData = 'event: none\\n\\r', bare = 'data:1\\r\\n\\r\\n', cut = 'event: cut\\ndata: 2\\n';
          const bytes = new TextEncoder().encode(step + noData + bare + cut);
          const read = async (size) => {
            const stream = new ReadableStream({ start(controller) {
              for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
              controller.close();
            } });
            const events = [];
            for await (const event of readEvents(stream)) events.push(event);
            return JSON.stringify(events);
          };
          return [...new Set(await Promise.all([1, 2, 3, 7, 1000].map(read)))];
        }"""
    )
    assert read == ['[{"event":"step","data":{"a":"é👩"}},{"event":"message","data":1}]']
