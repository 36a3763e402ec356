"""The three published lists of fields of `/v1/chat/completions`.

What stands in none of them is refused as unknown. `docs/developers/api.md` shows them; a test
holds the two together.
"""

from __future__ import annotations

from typing import Final

PASSED: Final = {
    "model": "a model's id or an assistant's name, as `GET /v1/models` lists them",
    "messages": "1 to 4,096 messages; text only; order as under Messages",
    "stream": "true or false",
    "stream_options": "`include_usage`; `include_obfuscation` is ignored; only with `stream`",
    "max_completion_tokens": "1 to the model's context",
    "max_tokens": "the older name of `max_completion_tokens`, which wins when both are sent",
    "temperature": "0 to 2",
    "top_p": "0 to 1",
    "top_k": "-1 to 1,000; open-weight models' own, not OpenAI's",
    "min_p": "0 to 1; open-weight models' own, not OpenAI's",
    "n": "1 to 4 answers",
    "stop": "a string, or up to 4, of 1 to 64 bytes each",
    "seed": "a 64-bit integer",
    "presence_penalty": "-2 to 2",
    "frequency_penalty": "-2 to 2",
    "logit_bias": "up to 300 token ids, each with -100 to 100",
    "logprobs": "true or false",
    "top_logprobs": "0 to 5; only with `logprobs`",
    "tools": "up to 128 functions; schemas as under JSON schemas",
    "tool_choice": "`none`, `auto`, `required`, one function, or `allowed_tools`",
    "parallel_tool_calls": "true or false",
    "response_format": "`text`, `json_object` or `json_schema`",
    "reasoning_effort": (
        "`low`, `medium`, `high`; `none` and `minimal` count as `low`, `xhigh` and `max` as "
        "`high`; models that do not reason ignore it"
    ),
}

IGNORED: Final = {
    "user": "ARGO knows who asks by the key",
    "safety_identifier": "ARGO knows who asks by the key",
    "metadata": "nothing is stored that could carry it",
    "store": "only `false`: nothing is stored; `true` is refused",
    "service_tier": "there is one tier",
    "modalities": 'only `["text"]`: audio is refused',
    "prediction": "the answer is the same without it",
    "verbosity": "the models here have no such setting",
    "prompt_cache_key": "ARGO sees to the cache, each person's apart",
    "prompt_cache_retention": "ARGO sees to the cache, each person's apart",
    "prompt_cache_options": "ARGO sees to the cache, each person's apart",
}

NOTHING_STORED: Final = "ARGO stores nothing of the API; send false, or leave it out"
_STEERS = "it would steer the engine itself, which only ARGO does; leave it out"
_FORMAT = "ask for a form with 'response_format' instead"
_ROUTES = "ARGO alone decides where a question goes; leave it out"
_TEMPLATE = "the model's own chat template is used as it is; leave it out"

REFUSED: Final = {
    "functions": "it is OpenAI's old form; send 'tools' instead",
    "function_call": "it is OpenAI's old form; send 'tool_choice' instead",
    "audio": "the models here speak in text only",
    "web_search_options": "ARGO never searches the web",
    "moderation": "no moderation model is installed",
    **dict.fromkeys(
        (
            *("chat_template", "chat_template_kwargs", "add_generation_prompt"),
            *("continue_final_message", "add_special_tokens", "documents", "enable_thinking"),
        ),
        _TEMPLATE,
    ),
    **dict.fromkeys(
        (
            *("guided_json", "guided_regex", "guided_choice", "guided_grammar", "grammar"),
            *("guided_decoding_backend", "guided_whitespace_pattern", "structured_outputs"),
            *("json_schema", "structural_tag"),
        ),
        _FORMAT,
    ),
    **dict.fromkeys(
        (
            *("api_base", "base_url", "api_key", "api_version", "user_config", "headers"),
            *("extra_headers", "custom_llm_provider", "fallbacks", "deployment_id"),
        ),
        _ROUTES,
    ),
    **dict.fromkeys(
        (
            *("allowed_token_ids", "bad_words", "best_of", "cache_prompt", "cache_salt", "echo"),
            *("id_slot", "ignore_eos", "include_stop_str_in_output", "kv_transfer_params"),
            *("length_penalty", "logits_processors", "lora", "media_io_kwargs", "min_tokens"),
            *("mm_processor_kwargs", "n_cmpl", "n_discard", "n_indent", "n_keep", "n_predict"),
            *("n_probs", "post_sampling_probs", "priority", "prompt", "prompt_embeds"),
            *("prompt_logprobs", "reasoning_format", "request_id", "return_progress"),
            *("return_token_ids", "return_tokens", "return_tokens_as_token_ids", "samplers"),
            *("skip_special_tokens", "slot_id", "spaces_between_special_tokens"),
            *("stop_token_ids", "timings_per_token", "truncate_prompt_tokens"),
            *("use_beam_search", "vllm_xargs"),
        ),
        _STEERS,
    ),
}
