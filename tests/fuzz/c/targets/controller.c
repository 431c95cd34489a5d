/* The controller library on any line: bytes, frames near those of a reader, time that passes, triggers and settings. */
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "input.h"
#include "posteye_controller.h"
#include "wire.h"

#define MOST_TEXT 80

/* The controller, and what is known of it from outside. */
typedef struct {
    pec_controller *controller;
    fz_input input;
    uint8_t heard[FZ_MOST_ENCODED + 1]; /* since the last delimiter */
    size_t count;
    uint32_t dropped, taken, session, now_ms;
    uint16_t last;
    int answers; /* to what was heard last */
    int refuses; /* whether the last report was not taken over */
} line;

static void expect_text(const char *text, size_t most) {
    EXPECT(strlen(text) <= most);
    for (; *text; text++) {
        EXPECT(*text >= ' ' && *text <= '~');
    }
}

static void on_write(void *context, const uint8_t *bytes, size_t count) {
    line *one = context;
    uint8_t body[FZ_MOST_ENCODED], again[FZ_MOST_WIRE];
    EXPECT(count > 2 && count <= PEC_FRAME_BYTES + PEC_MOST_SENT_BYTES && !bytes[0] && !bytes[count - 1]);
    size_t length = fz_unframe(bytes + 1, count - 2, body);
    EXPECT(length && fz_frame(body, length, again) == count && !memcmp(again, bytes, count));
    EXPECT(body[0] == PEC_VERSION && body[1] >= PEC_TYPE_WELCOME);
    one->answers += body[1] < PEC_TYPE_TRIGGER;
    EXPECT(one->answers <= 1 && !(one->refuses && body[1] == PEC_TYPE_ACK));
}

static bool on_take(void *context, const pec_report *report) {
    line *one = context;
    EXPECT(report->session == one->session && report->sequence > one->last);
    EXPECT(report->status <= PEC_STATUS_NO_CODE && report->confidence <= PEC_READING_CONFIDENCE_MOST);
    EXPECT(!report->reason == (report->status != PEC_STATUS_NOT_READ));
    EXPECT(report->status != PEC_STATUS_ACCEPTED || report->code[0]);
    EXPECT(report->status == PEC_STATUS_ACCEPTED || report->status == PEC_STATUS_REJECTED || !report->code[0]);
    expect_text(report->code, PEC_READING_CODE_MOST);
    expect_text(report->bin, PEC_READING_BIN_MOST);
    expect_text(report->detail, PEC_NO_READ_DETAIL_MOST);
    one->refuses = fz_seldom(&one->input, 8);
    if (!one->refuses) {
        one->last = report->sequence;
        one->taken++;
    }
    return !one->refuses;
}

static void on_opened(void *context, uint32_t session, const char *name) {
    line *one = context;
    EXPECT(session && session != one->session);
    expect_text(name, PEC_HELLO_NAME_MOST);
    one->session = session;
    one->last = 0;
}

static void on_identified(void *context, const pec_reader *reader) {
    line *one = context;
    expect_text(reader->model, PEC_IDENTIFY_MODEL_MOST);
    (void)fz_number(reader->bundle, 4); /* are there */
    EXPECT(pec_tell_time(one->controller, 1));
}

static void on_alive(void *context, const pec_heartbeat *heartbeat) {
    line *one = context;
    EXPECT(one->answers == 1 && heartbeat);
}

static void on_setting(void *context, const pec_setting *setting) {
    line *one = context;
    expect_text(setting->key, PEC_CONFIG_KEY_MOST);
    expect_text(setting->value, PEC_CONFIG_VALUE_MOST);
    (void)pec_ask_setting(one->controller, setting->key);
}

static void on_triggered(void *context, uint32_t piece, uint8_t cause) {
    line *one = context;
    if (cause == PEC_NOT_TAKEN && fz_seldom(&one->input, 2)) {
        EXPECT(pec_trigger(one->controller, piece, 0, one->now_ms)); /* its place is free again */
    }
}

/* Hear a byte, and count as damaged what the plain decoder takes for no frame. */
static void hear(line *one, uint8_t byte) {
    uint8_t body[FZ_MOST_ENCODED];
    if (byte) {
        one->count += one->count < sizeof one->heard;
        one->heard[one->count - 1] = byte;
    } else {
        one->dropped += one->count && !fz_unframe(one->heard, one->count, body);
        one->count = 0;
    }
    one->answers = one->refuses = 0;
    pec_receive(one->controller, &byte, 1);
    EXPECT(one->controller->statistics.dropped == one->dropped && one->controller->statistics.taken == one->taken);
}

static void hear_frame(line *one) {
    static const uint8_t types[] = {PEC_TYPE_HELLO,    PEC_TYPE_READING,   PEC_TYPE_READING, PEC_TYPE_NO_READ,
                                    PEC_TYPE_IDENTIFY, PEC_TYPE_HEARTBEAT, PEC_TYPE_STATS,   PEC_TYPE_TAKEN,
                                    PEC_TYPE_CONFIG};
    uint8_t body[FZ_MOST_ENCODED], wire[FZ_MOST_WIRE];
    uint8_t kind = fz_byte(&one->input);
    uint8_t type = kind < 200 ? types[kind % sizeof types] : fz_byte(&one->input);
    uint32_t session = fz_seldom(&one->input, 8) ? (uint32_t)fz_any_int(&one->input) : one->session;
    uint16_t sequence = (uint16_t)(one->last + fz_between(&one->input, -2, 5));
    uint8_t version = fz_seldom(&one->input, 16) ? fz_byte(&one->input) : PEC_VERSION;
    size_t payload = (size_t)fz_between(&one->input, 0, FZ_MOST_PAYLOAD);
    for (size_t i = 0; i < payload; i++) {
        body[FZ_HEADER + i] = fz_byte(&one->input);
    }
    size_t count = fz_frame(body, fz_body(body, payload, version, type, sequence, session), wire);
    for (size_t i = 0; i < count; i++) {
        hear(one, wire[i]);
    }
}

static void change_setting(line *one) {
    char texts[2][MOST_TEXT + 1] = {"", ""};
    for (int text = 0; text < 2; text++) {
        int length = fz_between(&one->input, 0, MOST_TEXT);
        for (int i = 0; i < length; i++) {
            texts[text][i] = (char)fz_byte(&one->input);
        }
    }
    bool asked = pec_ask_setting(one->controller, texts[0]);
    EXPECT(!asked || (one->session && strlen(texts[0]) <= PEC_CONFIG_GET_KEY_MOST));
    bool changed = pec_change_setting(one->controller, texts[0], texts[1]);
    EXPECT(!changed || (asked && strlen(texts[1]) <= PEC_CONFIG_SET_VALUE_MOST));
}

static void step(line *one) {
    switch (fz_byte(&one->input) % 8) {
    case 0: {
        for (int left = fz_byte(&one->input); left; left--) {
            hear(one, fz_byte(&one->input));
        }
        break;
    }
    case 1: {
        one->now_ms += (uint32_t)fz_word(&one->input, 1 + fz_byte(&one->input) % 4);
        pec_poll(one->controller, one->now_ms);
        break;
    }
    case 2: {
        (void)pec_trigger(one->controller, (uint32_t)fz_word(&one->input, 1), fz_byte(&one->input), one->now_ms);
        break;
    }
    case 3: change_setting(one); break;
    default: hear_frame(one); break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    line one = {.controller = malloc(sizeof(pec_controller)), .input = {bytes, size}}; /* its end is seen */
    pec_board board = {.context = &one, .model = "m", .write = on_write, .take = on_take, .opened = on_opened};
    EXPECT(one.controller);
    memset(one.controller, fz_byte(&one.input), sizeof *one.controller);
    if (!fz_seldom(&one.input, 8)) {
        board.identified = on_identified;
        board.alive = on_alive;
        board.setting = on_setting;
        board.triggered = on_triggered;
    }
    EXPECT(pec_start(one.controller, &board, one.now_ms));
    if (fz_seldom(&one.input, 8)) {
        pec_resume(one.controller, one.session = 1, one.last = 5);
    }
    while (one.input.left) {
        step(&one);
    }
    free(one.controller);
    return 0;
}
