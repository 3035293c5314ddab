/* SPDX-License-Identifier: LicenseRef-MIT-NonCommercial
 * Copyright (c) 2026 the scloud-dns authors */

/* Lines become commands: by name and by words, with every kind of argument, and every way to be wrong. */
#include <stdio.h>
#include <string.h>

#include "control/control_int.h"
#include "unit.h"

static struct {
	unsigned runs;
	uint64_t number;
	double decimal;
	bool flag;
	char text[64];
	char rest[64];
} seen;

static void take(void *context, const struct control_request *request, struct control_reply *reply)
{
	const char *text = control_text(request, "text");
	const char *rest = control_text(request, "rest");
	CU_ASSERT_PTR_EQUAL(context, &seen);
	seen.runs++;
	seen.number = control_number(request, "number", 99);
	seen.decimal = control_decimal(request, "decimal", 0.5);
	seen.flag = control_flag(request, "flag");
	snprintf(seen.text, sizeof(seen.text), "%s", text != NULL ? text : "(none)");
	snprintf(seen.rest, sizeof(seen.rest), "%s", rest != NULL ? rest : "(none)");
	(void)reply; /* says nothing: an empty result */
}

static const struct control_command take_row = {
    .name = "thing take",
    .arguments = {{"text", CONTROL_TEXT, CONTROL_REQUIRED},
                  {"number", CONTROL_NUMBER, CONTROL_OPTIONAL},
                  {"rest", CONTROL_WORDS, CONTROL_OPTIONAL},
                  {"decimal", CONTROL_DECIMAL, CONTROL_OPTION},
                  {"flag", CONTROL_FLAG, CONTROL_OPTION}},
    .help = "Takes.",
    .run = take,
};
static const struct control_command long_row = {
    .name = "thing take long", .help = "Longer.", .run = take};

static struct control_table table;

/* The reply to a line, without its newline; until the next call. */
static const char *ask(const char *line)
{
	static char text[8192];
	struct control_reply reply = {0};
	memset(&seen, 0, sizeof(seen));
	table = (struct control_table){.count = 3};
	table.entry[0] = (struct control_entry){.command = &control_help, .context = &table};
	table.entry[1] = (struct control_entry){.command = &take_row, .context = &seen};
	table.entry[2] = (struct control_entry){.command = &long_row, .context = &seen};
	control_run_line(&table, line, strlen(line), &reply);
	CU_ASSERT_FATAL(reply.len > 0 && reply.len < sizeof(text));
	memcpy(text, reply.text, reply.len - 1);
	text[reply.len - 1] = '\0';
	control_reply_fini(&reply);
	return text;
}

static void wrong(const char *line, const char *part)
{
	const char *text = ask(line);
	CU_ASSERT_EQUAL(seen.runs, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"ok\":false"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"wrong_use\":true"));
	if (strstr(text, part) == NULL)
		printf("%s\n  gives %s\n  without %s\n", line, text, part);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
}

static void named(void)
{
	CU_ASSERT_STRING_EQUAL(
	    ask("{\"command\":\"thing take\",\"arguments\":{\"text\":\"x y\",\"number\":7,"
	        "\"decimal\":2,\"flag\":true,\"rest\":\"a b\"}}"),
	    "{\"result\":{},\"ok\":true}");
	CU_ASSERT_EQUAL(seen.runs, 1);
	CU_ASSERT_EQUAL(seen.number, 7);
	CU_ASSERT_DOUBLE_EQUAL(seen.decimal, 2, 0);
	CU_ASSERT_TRUE(seen.flag);
	CU_ASSERT_STRING_EQUAL(seen.text, "x y");
	CU_ASSERT_STRING_EQUAL(seen.rest, "a b");
	(void)ask("{\"command\":\"thing take\",\"arguments\":{\"text\":\"x\"}}");
	CU_ASSERT_EQUAL(seen.number, 99);
	CU_ASSERT_DOUBLE_EQUAL(seen.decimal, 0.5, 0);
	CU_ASSERT_FALSE(seen.flag);
	(void)ask("{\"command\":\"thing take long\"}");
	CU_ASSERT_STRING_EQUAL(seen.text, "(none)");
}

static void words(void)
{
	(void)ask("{\"words\":[\"thing\",\"take\",\"x\",\"--decimal\",\"1.25\",\"7\",\"--flag\","
	          "\"a\",\"--b\",\"c\"]}");
	CU_ASSERT_EQUAL(seen.runs, 1);
	CU_ASSERT_EQUAL(seen.number, 7);
	CU_ASSERT_DOUBLE_EQUAL(seen.decimal, 1.25, 0);
	CU_ASSERT_TRUE(seen.flag);
	CU_ASSERT_STRING_EQUAL(seen.rest, "a --b c");
	(void)ask("{\"words\":[\"thing\",\"take\",\"--decimal=3\",\"x\"]}");
	CU_ASSERT_DOUBLE_EQUAL(seen.decimal, 3, 0);
	CU_ASSERT_STRING_EQUAL(seen.rest, "(none)");
	/* The longest name that fits. */
	(void)ask("{\"words\":[\"thing\",\"take\",\"long\"]}");
	CU_ASSERT_STRING_EQUAL(seen.text, "(none)");
	CU_ASSERT_EQUAL(seen.runs, 1);
}

static void wrong_lines(void)
{
	wrong("", "no JSON object");
	wrong("{", "ends too early");
	wrong("[]", "something else");
	wrong("{\"command\":\"help\"} {}", "no JSON object");
	wrong("{\"command\":\"help\",}", "no JSON object");
	wrong("{'command':'help'}", "no JSON object");
	wrong("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
	      "no JSON object");
	wrong("{\"command\":\"\xff\"}", "no JSON object");
	wrong("{}", "either command or words");
	wrong("{\"command\":\"help\",\"words\":[\"help\"]}", "either command or words");
	wrong("{\"command\":\"help\",\"id\":1}", "unknown key id");
	wrong("{\"command\":\"thing\"}", "unknown command thing");
	wrong("{\"command\":[]}", "unknown command");
	wrong("{\"command\":\"help\\u0000\"}", "unknown command");
	wrong("{\"command\":\"help\",\"arguments\":7}", "an object is needed");
	wrong("{\"words\":{}}", "a list of 1 to");
	wrong("{\"words\":[]}", "a list of 1 to");
	wrong("{\"words\":[\"help\",\"\"]}", "word 2 is empty");
	wrong("{\"words\":[\"help\",null]}", "word 2 is empty");
}

static void wrong_arguments(void)
{
#define NAMED(arguments_) "{\"command\":\"thing take\",\"arguments\":{" arguments_ "}}"
	wrong(NAMED(""), "text is missing; the use is: thing take TEXT [NUMBER] [REST...] "
	                 "[--decimal DECIMAL] [--flag]");
	wrong(NAMED("\"text\":\"\""), "text: text that is not empty");
	wrong(NAMED("\"text\":7"), "text: text that is not empty");
	wrong(NAMED("\"text\":\"a\\u0000b\""), "text: text that is not empty");
	wrong(NAMED("\"text\":\"x\",\"number\":-1"), "number: a whole number");
	wrong(NAMED("\"text\":\"x\",\"number\":1.5"), "number: a whole number");
	wrong(NAMED("\"text\":\"x\",\"number\":9007199254740993"), "number: a whole number");
	wrong(NAMED("\"text\":\"x\",\"number\":99999999999999999999"), "number: a whole number");
	wrong(NAMED("\"text\":\"x\",\"decimal\":1e13"), "decimal: a number");
	wrong(NAMED("\"text\":\"x\",\"decimal\":\"1\""), "decimal: a number");
	wrong(NAMED("\"text\":\"x\",\"flag\":1"), "flag: true or false");
	wrong(NAMED("\"text\":\"x\",\"other\":1"), "unknown argument other");
#define WORDS(words_) "{\"words\":[\"thing\"," words_ "]}"
	wrong("{\"words\":[\"thing\"]}", "thing needs one of these behind it: take");
	wrong(WORDS("\"give\""), "thing needs one of these behind it: take");
	wrong("{\"words\":[\"nothing\"]}", "unknown command nothing");
	wrong(WORDS("\"take\""), "text is missing");
	wrong(WORDS("\"take\",\"x\",\"y\""), "a whole number is needed, not y");
	wrong(WORDS("\"take\",\"x\",\"1.5\""), "a whole number is needed, not 1.5");
	wrong(WORDS("\"take\",\"x\",\"99999999999999999999\""), "number: a whole number");
	wrong(WORDS("\"take\",\"x\",\"--decimal\",\"1.2.3\""), "a number is needed, not 1.2.3");
	wrong(WORDS("\"take\",\"x\",\"--decimal\""), "a value is missing behind --decimal");
	wrong(WORDS("\"take\",\"--flag\",\"--flag\",\"x\""), "twice the option --flag");
	wrong(WORDS("\"take\",\"--flag=1\",\"x\""), "no value is taken by --flag=1");
	wrong(WORDS("\"take\",\"--text\",\"x\""), "unknown option --text");
	wrong(WORDS("\"take\",\"long\",\"x\""), "one word too many: x");
}

static void help(void)
{
	const char *all = ask("{\"command\":\"help\"}");
	CU_ASSERT_PTR_NOT_NULL(strstr(all, "\"help [COMMAND...]\""));
	CU_ASSERT_PTR_NOT_NULL(strstr(all, "\"Longer.\""));
	const char *some = ask("{\"words\":[\"help\",\"thing\",\"take\",\"long\"]}");
	CU_ASSERT_STRING_EQUAL(
	    some,
	    "{\"result\":[{\"usage\":\"thing take long\",\"help\":\"Longer.\"}],\"ok\":true}");
	wrong("{\"words\":[\"help\",\"thi\"]}", "there is no command thi");
}

int main(int argc, char **argv)
{
	static const struct unit_case cases[] = {
	    {"a command by its name, with arguments", named},
	    {"a command as the words of a command line", words},
	    {"lines that are no request", wrong_lines},
	    {"arguments that are wrong name what is allowed", wrong_arguments},
	    {"help lists what there is", help},
	};
	return unit_main(argc, argv, "control/request", cases, ARRAY_COUNT(cases));
}
