/* What the controller says of its own accord: triggers until they are taken, the time, settings. */
#include "posteye_frame.h"
#include "posteye_payload.h"
#include "posteye_sending.h"

#define COPIES 4u
#define FIRST_WAIT_MS 20u
#define LAST_SEQUENCE 65535u
#define LONGEST_AGE_MS 65535u
#define SECOND_MS 1000u
#define HALF_THE_CLOCK 0x80000000u

void pec_send(pec_controller *controller, const uint8_t *end, uint8_t type, uint16_t sequence, uint32_t session) {
    size_t count = pec_close(controller->frame, end, type, sequence, session);
    controller->board->write(controller->board->context, controller->frame, count);
}

uint16_t pec_next_own(pec_controller *controller) {
    controller->own = controller->own == LAST_SEQUENCE ? 1u : (uint16_t)(controller->own + 1u);
    return controller->own;
}

static void send_notice(pec_controller *controller, const uint8_t *end, uint8_t type) {
    pec_send(controller, end, type, pec_next_own(controller), controller->session);
}

static void settle(pec_controller *controller, pec_waiting *trigger, uint8_t cause) {
    trigger->used = false;
    if (controller->board->triggered) {
        controller->board->triggered(controller->board->context, trigger->piece, cause);
    }
}

static void send_copy(pec_controller *controller, pec_waiting *trigger) {
    uint32_t age_ms = controller->now_ms - trigger->came_ms;
    if (trigger->copies == 0u) {
        trigger->sequence = pec_next_own(controller);
    }
    uint8_t *end = pec_put(pec_payload(controller->frame), trigger->piece, 4);
    end = pec_put(end, trigger->deadline_ms, 2);
    end = pec_put(end, age_ms < LONGEST_AGE_MS ? age_ms : LONGEST_AGE_MS, 2);
    trigger->again_ms = controller->now_ms + (FIRST_WAIT_MS << trigger->copies);
    trigger->copies++;
    pec_send(controller, end, PEC_TYPE_TRIGGER, trigger->sequence, controller->session);
}

void pec_triggers_again(pec_controller *controller) {
    for (size_t i = 0; i < PEC_TRIGGERS; i++) {
        controller->waiting[i].copies = 0;
        controller->waiting[i].again_ms = controller->now_ms;
    }
}

void pec_trigger_settled(pec_controller *controller, uint16_t sequence, uint8_t cause) {
    for (size_t i = 0; i < PEC_TRIGGERS; i++) {
        pec_waiting *trigger = &controller->waiting[i];
        if (trigger->used && trigger->copies > 0u && trigger->sequence == sequence) {
            settle(controller, trigger, cause);
        }
    }
}

static void keep_time(pec_controller *controller, uint32_t now_ms) {
    controller->second_ms += now_ms - controller->now_ms;
    controller->now_ms = now_ms;
    if (controller->second_ms >= SECOND_MS) { /* a division would cost 200 bytes on the smallest processors */
        controller->second_ms -= SECOND_MS;
        controller->statistics.uptime_s++;
    }
}

void pec_poll(pec_controller *controller, uint32_t now_ms) {
    keep_time(controller, now_ms);
    for (size_t i = 0; i < PEC_TRIGGERS; i++) {
        pec_waiting *trigger = &controller->waiting[i];
        if (!trigger->used || now_ms - trigger->again_ms >= HALF_THE_CLOCK) {
            continue;
        }
        if (trigger->copies == COPIES) {
            settle(controller, trigger, PEC_NOT_TAKEN);
        } else {
            controller->statistics.repeats++;
            send_copy(controller, trigger);
        }
    }
}

bool pec_trigger(pec_controller *controller, uint32_t piece, uint16_t deadline_ms, uint32_t now_ms) {
    keep_time(controller, now_ms);
    for (size_t i = 0; i < PEC_TRIGGERS; i++) {
        pec_waiting *trigger = &controller->waiting[i];
        if (!trigger->used) {
            const pec_waiting begun = {piece, now_ms, now_ms, deadline_ms, 0, 0, true};
            *trigger = begun;
            controller->statistics.triggers++;
            send_copy(controller, trigger);
            return true;
        }
    }
    return false;
}

bool pec_tell_time(pec_controller *controller, uint64_t unix_ms) {
    if (controller->session == 0u) {
        return false;
    }
    uint8_t *end = pec_put(pec_payload(controller->frame), (uint32_t)unix_ms, 4);
    send_notice(controller, pec_put(end, (uint32_t)(unix_ms >> 32), 4), PEC_TYPE_TIME);
    return true;
}

bool pec_ask_setting(pec_controller *controller, const char *key) {
    const uint8_t *end = pec_put_text(pec_payload(controller->frame), key, PEC_CONFIG_GET_KEY_MOST);
    if (!end || controller->session == 0u) {
        return false;
    }
    send_notice(controller, end, PEC_TYPE_CONFIG_GET);
    return true;
}

bool pec_change_setting(pec_controller *controller, const char *key, const char *value) {
    uint8_t *end = pec_put_text(pec_payload(controller->frame), key, PEC_CONFIG_SET_KEY_MOST);
    end = end ? pec_put_text(end, value, PEC_CONFIG_SET_VALUE_MOST) : NULL;
    if (!end || controller->session == 0u) {
        return false;
    }
    send_notice(controller, end, PEC_TYPE_CONFIG_SET);
    return true;
}
