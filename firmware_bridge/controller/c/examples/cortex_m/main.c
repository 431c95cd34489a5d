/* A sorter without a machine: it logs what it would do with a piece, and triggers pieces for a reader that takes them. */
#include "board.h"
#include "posteye_controller.h"

#define EVERY_MS 100u
#define DEADLINE_MS 80u

static pec_controller controller;
static bool belt_runs;

static void say(const char *text) {
    while (*text != '\0') {
        board_log((uint8_t)*text);
        text++;
    }
}

static void say_number(uint32_t number) {
    char digits[11];
    char *first = &digits[10];
    *first = '\0';
    do {
        first--;
        *first = (char)('0' + (char)(number % 10u));
        number /= 10u;
    } while (number > 0u);
    say(first);
}

static void write(void *context, const uint8_t *bytes, size_t count) {
    (void)context;
    for (size_t i = 0; i < count; i++) {
        board_write(bytes[i]);
    }
}

/* Here the gate would be set: by the bin, or by the code where it is accepted, or to the reject bin. */
static bool take(void *context, const pec_report *report) {
    (void)context;
    say("piece ");
    say_number(report->piece);
    say(report->status == PEC_STATUS_ACCEPTED ? " code " : " no code");
    say(report->status == PEC_STATUS_ACCEPTED ? report->code : "");
    say(report->bin[0] != '\0' ? " bin " : "");
    say(report->bin);
    say("\n");
    return true;
}

static void opened(void *context, uint32_t session, const char *name) {
    (void)context;
    (void)session;
    belt_runs = false;
    say("opened by ");
    say(name);
    say("\n");
}

static void identified(void *context, const pec_reader *reader) {
    (void)context;
    belt_runs = (reader->capabilities & PEC_SPEAKS_TRIGGER) != 0u;
}

static void alive(void *context, const pec_heartbeat *heartbeat) {
    (void)context;
    (void)heartbeat;
    say("stack ");
    say_number(cortex_stack_used());
    say("\n");
}

static void triggered(void *context, uint32_t piece, uint8_t cause) {
    (void)context;
    say(cause == 0u ? "taken " : "not taken ");
    say_number(piece);
    say("\n");
}

static const pec_board board = {
    .model = "cortex-m sorter 1.0",
    .capabilities = PEC_SPEAKS_TRIGGER,
    .write = write,
    .take = take,
    .opened = opened,
    .identified = identified,
    .alive = alive,
    .triggered = triggered,
};

int main(void) {
    uint32_t piece = 0;
    uint32_t last_ms = 0;
    board_start();
    say(pec_start(&controller, &board, cortex_now_ms()) ? "ready\n" : "the board is incomplete\n");
    for (;;) {
        uint8_t byte;
        while (cortex_read(&byte)) {
            pec_receive(&controller, &byte, 1);
        }
        uint32_t now_ms = cortex_now_ms();
        pec_poll(&controller, now_ms);
        if (belt_runs && now_ms - last_ms >= EVERY_MS) {
            last_ms = now_ms;
            piece++;
            (void)pec_trigger(&controller, piece, DEADLINE_MS, now_ms);
        }
        cortex_wait();
    }
}
