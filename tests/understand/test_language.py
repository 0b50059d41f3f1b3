"""Plans from a language model, over real HTTP: answers in the forms that servers give."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from keepdial.errors import Unclear
from keepdial.progress import Event
from keepdial.request import Selector
from keepdial.understand._planned import ASKED, DOUBTED, SUREST, agreement, checked
from keepdial.understand.asking import asked, refuse
from keepdial.understand.language import Endpoint, LanguageError, understand_by_model
from keepdial.understand.plan import SURE, Amount, Plan, Step, Target
from tests.understand.chat_server import (
    BRIGHTER,
    GONE,
    GOOD,
    SENTENCE,
    Said,
    ask,
    called,
    completion,
    failed,
    hosted,
    llama_cpp,
    ollama,
    plan,
    refused,
    serving,
    step,
    vllm,
)


class TestAnswers:
    @pytest.mark.parametrize("form", [hosted, llama_cpp, ollama, vllm, called], ids=lambda f: f.__name__)
    def test_each_servers_form_gives_the_plan(self, form: Callable[[str], Said]) -> None:
        with serving(form(GOOD)) as host:
            found = ask(host)
        assert [one.operation for one in found.steps] == ["brightness", "remove"]
        assert found.steps[0].params == {"amount": 15.0}
        assert found.steps[0].amount == Amount(option="amount", value=15.0)
        assert found.steps[1].target is not None
        assert found.steps[1].target.head == "lamp"
        assert [one.words for one in found.protected] == ["the faces"]
        assert found.by == "tiny"
        assert found.ready
        assert found.unused == ()
        assert Plan.model_validate_json(found.model_dump_json()) == found

    @pytest.mark.parametrize(
        "around",
        [
            "```json\n{}\n```",
            "```\n{}\n```\nThat does it.",
            "Here you are:\n\n{}",
            '<think>They want {{it}} brighter.\n{{"steps": []}}</think>\n{}',
            "\ufeff{}",
            'A draft: {{"steps": []}}. Better: {}',
        ],
    )
    def test_words_around_the_json_are_let_go(self, around: str) -> None:
        with serving(completion(around.format(GOOD))) as host:
            assert len(ask(host).steps) == 2

    def test_content_in_parts_is_put_together(self) -> None:
        parts = [{"type": "text", "text": GOOD[:40]}, {"type": "text", "text": GOOD[40:]}]
        with serving(completion(parts)) as host:
            assert len(ask(host).steps) == 2

    def test_the_plan_becomes_a_request(self) -> None:
        with serving(hosted(GOOD)) as host:
            request = asked(ask(host))
        assert (request.operation, request.then[0].operation) == ("brightness", "remove")
        assert request.pins == (Selector(kind="what", options={"words": "the faces"}),)
        assert request.read is not None
        assert request.read.by == "tiny"
        assert request.auto_pin

    def test_a_question_comes_back_with_its_choices(self) -> None:
        choices = [{"says": "the lamp", "steps": [GONE]}, {"says": "leave it", "steps": []}]
        question = {"asks": "Which lamp is meant?", "choices": choices}
        with serving(hosted(plan(BRIGHTER, question=question))) as host:
            found = ask(host)
        assert not found.ready
        with pytest.raises(Unclear, match="Which lamp") as caught:
            refuse(found)
        (asks,) = caught.value.plan.questions
        assert [choice.says for choice in asks.choices] == ["the lamp", "leave it"]
        assert [one.operation for one in found.answered({0: 0}).steps] == ["brightness", "remove"]

    def test_nothing_to_do_is_a_question(self) -> None:
        with serving(hosted(plan())) as host, pytest.raises(Unclear, match="found nothing"):
            refuse(ask(host))

    def test_a_picture_that_was_handed_over_may_be_named(self) -> None:
        words = "make it look like beach.jpg"
        answer = plan(step("match", words, reference="beach.jpg", strength=None, feather=None))
        with serving(hosted(answer)) as host:
            found = ask(host, words, files=["beach.jpg"])
        assert asked(found, files={"beach.jpg": "AAAA"}).params["reference"] == "AAAA"

    def test_the_whole_picture_is_no_target(self) -> None:
        with serving(
            hosted(plan(step("brightness", "make it a bit brighter", "the photo", amount=15)))
        ) as host:
            assert ask(host).steps[0].target is None


class TestSureness:
    def test_no_model_is_as_sure_as_it_says(self) -> None:
        with serving(hosted(plan(step("brightness", "make it a bit brighter", sure=1.0, amount=15)))) as host:
            assert ask(host).steps[0].sure == SUREST

    def test_a_doubt_of_the_model_is_asked_about(self) -> None:
        with serving(hosted(plan(step("remove", "remove the lamp", "the lamp", sure=0.3)))) as host:
            found = ask(host)
        with pytest.raises(Unclear, match="remove the lamp"):
            refuse(found)

    def test_a_step_without_words_in_the_sentence_is_asked_about(self) -> None:
        made_up = step("remove", "everyone must go", "the people")
        with serving(hosted(plan(BRIGHTER, made_up))) as host:
            found = ask(host)
        assert found.steps[0].sure > SURE > found.steps[1].sure
        assert found.steps[1].words == ""
        with pytest.raises(Unclear):
            refuse(found)

    def test_words_are_kept_as_they_stand_in_the_sentence(self) -> None:
        with serving(hosted(plan(step("brightness", "MAKE it  a bit brighter.", amount=15)))) as host:
            assert ask(host).steps[0].words == "make it a bit brighter"

    def test_what_no_step_was_made_of_is_told(self) -> None:
        with serving(hosted(plan(BRIGHTER))) as host:
            assert ask(host).unused == ("remove the lamp",)

    def test_plans_agree_by_their_operations(self) -> None:
        def of(*names: str) -> Plan:
            return Plan(steps=tuple(Step(operation=name) for name in names))

        assert agreement(of("remove", "contrast"), of("contrast", "remove")) == 1
        assert agreement(of("remove", "remove"), of("remove")) == pytest.approx(2 / 3)
        assert agreement(of("remove"), of("contrast")) == 0
        assert agreement(of(), of()) == 1

    def test_the_grammar_lowers_what_it_reads_otherwise_and_asks_about_the_contrary(self) -> None:
        def of(value: float, operation: str = "brightness") -> Plan:
            amount = Amount(option="amount", value=value)
            return Plan(steps=(Step(operation=operation, params={"amount": value}, amount=amount, sure=0.9),))

        assert checked(of(20), of(30)).sure == 0.9
        assert checked(of(20), of(-30)).sure == ASKED
        assert checked(of(20), of(20, "contrast")).sure == DOUBTED
        assert checked(of(20), None).sure == 0.9

    def test_what_the_grammar_reads_as_protected_is_protected_whatever_the_model_says(self) -> None:
        with serving(hosted(plan(BRIGHTER, GONE))) as host:
            assert [one.words for one in ask(host).protected] == ["the faces"]
        mine = Plan(steps=(Step(operation="remove"),), protected=(Target(words="The Faces"),))
        other = Plan(protected=(Target(words="the faces"), Target(words="the logo")))
        assert [one.words for one in checked(mine, other).protected] == ["The Faces", "the logo"]


class TestRepair:
    def test_one_wrong_answer_is_mended(self) -> None:
        wrong = plan(step("brightness", "make it a bit brighter", amount=900))
        with serving(hosted(wrong), hosted(GOOD)) as host:
            events: list[Event] = []
            found = ask(host, progress=events.append)
        assert len(found.steps) == 2
        first, second = host.asked
        assert second["messages"][:2] == first["messages"]
        assert second["messages"][2]["content"] == wrong
        assert "amount is 900" in second["messages"][3]["content"]
        assert [event.done for event in events] == [0.0, 0.5, 1.0]

    def test_two_are_refused_with_what_was_wrong(self) -> None:
        wrong = plan(step("brightness", "make it a bit brighter", amount=900))
        with serving(hosted(wrong)) as host, pytest.raises(LanguageError, match=r"amount is 900; .* 100"):
            ask(host)
        assert len(host.asked) == 2

    def test_a_context_that_cut_the_prompt_is_named(self) -> None:
        short = json.loads(ollama("Hello!").body)
        short["usage"]["prompt_tokens"] = 2048
        assert "OLLAMA_CONTEXT_LENGTH" in str(refused(Said(json.dumps(short).encode())))


REFUSALS = {
    "hosted": {
        "error": {"message": "'response_format' of type 'json_schema' is not supported with this model."}
    },
    "vllm": {"message": "The provided JSON schema contains features not supported by xgrammar."},
    "llama.cpp": {"error": {"code": 400, "message": "Failed to parse grammar"}},
    "ollama": {"error": "invalid JSON schema in format"},
}
"""How servers say that they do not take a schema."""


class TestWhatServersTake:
    @pytest.mark.parametrize("name", REFUSALS)
    def test_structured_output_is_given_up_step_by_step(self, name: str) -> None:
        no = failed(400, REFUSALS[name])
        with serving(no, no, hosted(GOOD)) as host:
            assert len(ask(host).steps) == 2
        kinds = [body.get("response_format", {}).get("type") for body in host.asked]
        assert kinds == ["json_schema", "json_object", None]

    def test_it_is_asked_for_strictly(self) -> None:
        with serving(hosted(GOOD)) as host:
            ask(host)
        (body,) = host.asked
        held = body["response_format"]["json_schema"]
        assert held["strict"] is True
        assert held["schema"]["additionalProperties"] is False
        assert body["stream"] is False
        assert body["temperature"] == 0

    @pytest.mark.parametrize(
        ("way", "kind"), [("schema", "json_schema"), ("object", "json_object"), ("none", None)]
    )
    def test_or_as_the_endpoint_says(self, way: str, kind: str | None) -> None:
        with serving(hosted(GOOD)) as host:
            ask(host, structured=way)
        assert host.asked[0].get("response_format", {}).get("type") == kind

    def test_then_it_is_not_given_up(self) -> None:
        assert "response_format" in str(refused(failed(400, REFUSALS["hosted"]), structured="schema"))

    def test_fields_under_other_names_are_found_out(self) -> None:
        words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        tokens = failed(400, {"error": {"message": words}})
        heat = failed(400, {"error": {"message": "Unsupported value: 'temperature' does not support 0."}})
        with serving(tokens, heat, hosted(GOOD)) as host:
            assert len(ask(host).steps) == 2
        assert "max_tokens" not in host.asked[-1]
        assert host.asked[-1]["max_completion_tokens"] == 4096
        assert "temperature" not in host.asked[-1]

    def test_a_server_that_complains_for_ever_is_left(self) -> None:
        with serving(failed(400, REFUSALS["vllm"])) as host, pytest.raises(LanguageError, match="xgrammar"):
            ask(host)
        assert len(host.asked) == 3

    @pytest.mark.parametrize(
        ("end", "path"),
        [
            ("", "/v1/chat/completions"),
            ("/", "/v1/chat/completions"),
            ("/v1", "/v1/chat/completions"),
            ("/api/v3/", "/api/v3/chat/completions"),
            ("/v1/chat/completions", "/v1/chat/completions"),
        ],
    )
    def test_the_address_may_be_short(self, end: str, path: str) -> None:
        with serving(hosted(GOOD)) as host:
            base = host.url.removesuffix("/v1")
            understand_by_model(SENTENCE, endpoint=Endpoint(base + end, "tiny"))
        assert host.paths == [path]
