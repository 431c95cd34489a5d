/* Requests and their answers, in the order of docs/protocol.md section 4. */
#include "posteye_controller.h"

#include "posteye_frame.h"
#include "posteye_payload.h"
#include "posteye_sending.h"

#define NO_CAUSE 0u
#define ALWAYS_SPOKEN (PEC_SPEAKS_NO_READ | PEC_SPEAKS_HEARTBEAT | PEC_SPEAKS_STATS)

/* A frame of the reader. */
typedef struct {
    uint8_t version;
    uint8_t type;
    uint16_t sequence;
    uint32_t session;
    pec_payload_in payload;
} frame_in;

static void answer(pec_controller *controller, const frame_in *request, uint8_t type, const uint8_t *end) {
    pec_send(controller, end, type, request->sequence, request->session);
}

static void acknowledge(pec_controller *controller, const frame_in *request) {
    answer(controller, request, PEC_TYPE_ACK, pec_payload(controller->frame));
}

static uint8_t on_hello(pec_controller *controller, const frame_in *request) {
    const pec_board *board = controller->board;
    const char *name;
    if (!pec_read_hello(request->payload, &name)) {
        return PEC_CAUSE_MALFORMED_PAYLOAD;
    }
    bool is_new = request->session != controller->session;
    if (is_new) {
        controller->session = request->session;
        controller->last = 0;
        pec_triggers_again(controller);
    }
    uint8_t *payload = pec_payload(controller->frame);
    answer(controller, request, PEC_TYPE_WELCOME, pec_put_text(payload, board->model, PEC_WELCOME_NAME_MOST));
    if (is_new && board->opened) {
        board->opened(board->context, request->session, name);
    }
    return NO_CAUSE;
}

static uint8_t on_report(pec_controller *controller, const frame_in *request) {
    pec_report report = {request->session, 0, request->sequence, 0, 0, 0, 0, 0, "", "", ""};
    if (request->sequence == 0u || request->sequence < controller->last) {
        return PEC_CAUSE_STALE_SEQUENCE;
    }
    bool is_sound;
    if (request->type == PEC_TYPE_READING) {
        is_sound = pec_read_reading(request->payload, &report);
    } else {
        is_sound = pec_read_no_read(request->payload, &report);
    }
    if (!is_sound) {
        return PEC_CAUSE_MALFORMED_PAYLOAD;
    }
    if (request->sequence == controller->last) {
        controller->statistics.duplicates++;
        acknowledge(controller, request);
    } else if (controller->board->take(controller->board->context, &report)) {
        controller->last = request->sequence;
        controller->statistics.taken++;
        acknowledge(controller, request);
    } else {
        /* no answer: the reader sends it again */
    }
    return NO_CAUSE;
}

static uint8_t on_identify(pec_controller *controller, const frame_in *request) {
    const pec_board *board = controller->board;
    pec_reader reader;
    if (!pec_read_reader(request->payload, &reader)) {
        return PEC_CAUSE_MALFORMED_PAYLOAD;
    }
    uint8_t *end = pec_put(pec_payload(controller->frame), board->capabilities | ALWAYS_SPOKEN, 2);
    answer(controller, request, PEC_TYPE_IDENTITY, pec_put_text(end, board->model, PEC_IDENTITY_MODEL_MOST));
    if (board->identified) {
        board->identified(board->context, &reader);
    }
    return NO_CAUSE;
}

static uint8_t on_heartbeat(pec_controller *controller, const frame_in *request) {
    const pec_board *board = controller->board;
    pec_heartbeat heartbeat;
    if (!pec_read_heartbeat(request->payload, &heartbeat)) {
        return PEC_CAUSE_MALFORMED_PAYLOAD;
    }
    acknowledge(controller, request);
    if (board->alive) {
        board->alive(board->context, &heartbeat);
    }
    return NO_CAUSE;
}

static uint8_t on_stats(pec_controller *controller, const frame_in *request) {
    const pec_statistics *counts = &controller->statistics;
    uint8_t *end = pec_put(pec_payload(controller->frame), counts->uptime_s, 4);
    end = pec_put(end, counts->taken, 4);
    end = pec_put(end, counts->duplicates, 4);
    end = pec_put(end, counts->refused, 4);
    end = pec_put(end, counts->dropped, 4);
    end = pec_put(end, counts->triggers, 4);
    answer(controller, request, PEC_TYPE_STATISTICS, pec_put(end, counts->repeats, 4));
    return NO_CAUSE;
}

static bool is_known(uint8_t type) {
    return type == PEC_TYPE_HELLO || type == PEC_TYPE_READING || type == PEC_TYPE_NO_READ ||
           type == PEC_TYPE_IDENTIFY || type == PEC_TYPE_HEARTBEAT || type == PEC_TYPE_STATS;
}

/* Answer a request; or return why it is refused. */
static uint8_t on_request(pec_controller *controller, const frame_in *request) {
    if (request->version != PEC_VERSION) {
        return PEC_CAUSE_UNSUPPORTED_VERSION;
    }
    if (!is_known(request->type)) {
        return PEC_CAUSE_UNKNOWN_TYPE;
    }
    if (request->session == 0u || (request->type != PEC_TYPE_HELLO && request->session != controller->session)) {
        return PEC_CAUSE_UNKNOWN_SESSION;
    }
    switch (request->type) {
    case PEC_TYPE_HELLO: return on_hello(controller, request);
    case PEC_TYPE_IDENTIFY: return on_identify(controller, request);
    case PEC_TYPE_HEARTBEAT: return on_heartbeat(controller, request);
    case PEC_TYPE_STATS: return on_stats(controller, request);
    default: return on_report(controller, request);
    }
}

/* Hear an answer of the reader, which is never answered itself. */
static void on_answer(pec_controller *controller, const frame_in *heard) {
    const pec_board *board = controller->board;
    uint8_t cause;
    pec_setting setting;
    if (heard->version != PEC_VERSION || heard->session != controller->session) {
        return;
    }
    if (heard->type == PEC_TYPE_TAKEN && pec_read_taken(heard->payload, &cause)) {
        pec_trigger_settled(controller, heard->sequence, cause);
    }
    if (heard->type == PEC_TYPE_CONFIG && board->setting && pec_read_setting(heard->payload, &setting)) {
        board->setting(board->context, &setting);
    }
}

static void on_frame(pec_controller *controller) {
    uint8_t *body = controller->decoder.body;
    uint8_t length = (uint8_t)(controller->decoder.length - PEC_HEADER_BYTES - PEC_CRC_BYTES);
    const frame_in frame = {body[0], body[PEC_TYPE_AT], (uint16_t)pec_number(&body[PEC_SEQUENCE_AT], 2),
                            pec_number(&body[PEC_SESSION_AT], 4), {&body[PEC_HEADER_BYTES], length, true}};
    if (frame.type < PEC_FIRST_ANSWER) {
        uint8_t cause = on_request(controller, &frame);
        if (cause != NO_CAUSE) {
            controller->statistics.refused++;
            answer(controller, &frame, PEC_TYPE_NAK, pec_put(pec_payload(controller->frame), cause, 1));
        }
    } else if (frame.type < PEC_TYPE_WELCOME) {
        on_answer(controller, &frame);
    } else {
        /* what this end sends itself: an echo, or another controller */
    }
}

/* Whether its callbacks and its model can be used. */
static bool is_complete(const pec_board *board, uint8_t *scratch) {
    return board->write && board->take && board->model && pec_put_text(scratch, board->model, PEC_IDENTITY_MODEL_MOST);
}

bool pec_start(pec_controller *controller, const pec_board *board, uint32_t now_ms) {
    controller->board = board;
    controller->session = 0;
    controller->last = 0;
    controller->own = 0;
    controller->now_ms = now_ms;
    controller->second_ms = 0;
    controller->statistics.uptime_s = 0;
    controller->statistics.taken = 0;
    controller->statistics.duplicates = 0;
    controller->statistics.refused = 0;
    controller->statistics.dropped = 0;
    controller->statistics.triggers = 0;
    controller->statistics.repeats = 0;
    for (size_t i = 0; i < PEC_TRIGGERS; i++) {
        controller->waiting[i].used = false;
    }
    pec_decoder_reset(&controller->decoder);
    return is_complete(board, pec_payload(controller->frame));
}

void pec_resume(pec_controller *controller, uint32_t session, uint16_t last_sequence) {
    controller->session = session;
    controller->last = last_sequence;
}

void pec_receive(pec_controller *controller, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        pec_arrival arrival = pec_decode(&controller->decoder, bytes[i]);
        if (arrival == PEC_WHOLE) {
            on_frame(controller);
        } else if (arrival == PEC_DAMAGED) {
            controller->statistics.dropped++;
        } else {
            /* a frame is on its way */
        }
    }
}
