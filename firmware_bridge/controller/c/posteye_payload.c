/* Payloads from bytes. */
#include "posteye_payload.h"

#include "posteye_frame.h"

static bool is_printable(uint8_t character) {
    return character >= 0x20u && character <= 0x7Eu;
}

/* The next bytes; NULL where there are not so many. */
static uint8_t *next(pec_payload_in *payload, uint8_t count) {
    uint8_t *bytes = NULL;
    if (payload->whole && count <= payload->left) {
        bytes = payload->at;
        payload->at = &payload->at[count];
        payload->left = (uint8_t)(payload->left - count);
    } else {
        payload->whole = false;
    }
    return bytes;
}

static uint32_t number(pec_payload_in *payload, uint8_t count) {
    const uint8_t *bytes = next(payload, count);
    return bytes ? pec_number(bytes, count) : 0u;
}

static uint16_t short_number(pec_payload_in *payload) {
    return (uint16_t)number(payload, 2);
}

static uint8_t byte(pec_payload_in *payload) {
    return (uint8_t)number(payload, 1);
}

/* A text of at most so many characters; an empty one where the payload is malformed. */
static const char *text(pec_payload_in *payload, uint8_t most) {
    uint8_t *length_byte = next(payload, 1);
    uint8_t length = length_byte ? *length_byte : 0u;
    const uint8_t *characters = next(payload, length);
    if (!length_byte || !characters || length > most) {
        payload->whole = false;
        return "";
    }
    for (uint8_t i = 0; i < length; i++) {
        payload->whole = payload->whole && is_printable(characters[i]);
        length_byte[i] = characters[i];
    }
    length_byte[length] = 0;
    return (const char *)length_byte;
}

bool pec_read_hello(pec_payload_in payload, const char **name) {
    *name = text(&payload, PEC_HELLO_NAME_MOST);
    return payload.whole;
}

bool pec_read_reading(pec_payload_in payload, pec_report *report) {
    report->piece = number(&payload, 4);
    report->confidence = short_number(&payload);
    report->elapsed_ms = short_number(&payload);
    report->status = byte(&payload);
    report->code = text(&payload, PEC_READING_CODE_MOST);
    if (payload.left > 0u) { /* a reader without a sort plan ends here */
        report->flags = byte(&payload);
        report->bin = text(&payload, PEC_READING_BIN_MOST);
    }
    bool has_code = report->code[0] != '\0';
    bool fits = report->status != PEC_STATUS_ACCEPTED || has_code;
    fits = fits && (report->status != PEC_STATUS_NO_CODE || !has_code);
    fits = fits && report->confidence <= PEC_READING_CONFIDENCE_MOST;
    fits = fits && report->status >= PEC_READING_STATUS_LEAST && report->status <= PEC_READING_STATUS_MOST;
    return payload.whole && fits;
}

bool pec_read_no_read(pec_payload_in payload, pec_report *report) {
    report->status = PEC_STATUS_NOT_READ;
    report->piece = number(&payload, 4);
    report->elapsed_ms = short_number(&payload);
    report->reason = byte(&payload);
    report->flags = byte(&payload);
    report->bin = text(&payload, PEC_NO_READ_BIN_MOST);
    report->detail = text(&payload, PEC_NO_READ_DETAIL_MOST);
    return payload.whole && report->reason >= PEC_NO_READ_REASON_LEAST;
}

bool pec_read_reader(pec_payload_in payload, pec_reader *reader) {
    reader->capabilities = short_number(&payload);
    reader->bundle = next(&payload, 8);
    reader->model = text(&payload, PEC_IDENTIFY_MODEL_MOST);
    return payload.whole;
}

bool pec_read_heartbeat(pec_payload_in payload, pec_heartbeat *heartbeat) {
    heartbeat->uptime_s = number(&payload, 4);
    heartbeat->pieces = number(&payload, 4);
    heartbeat->troubles = short_number(&payload);
    return payload.whole;
}

bool pec_read_setting(pec_payload_in payload, pec_setting *setting) {
    setting->cause = byte(&payload);
    setting->key = text(&payload, PEC_CONFIG_KEY_MOST);
    setting->value = text(&payload, PEC_CONFIG_VALUE_MOST);
    return payload.whole;
}

bool pec_read_taken(pec_payload_in payload, uint8_t *cause) {
    *cause = byte(&payload);
    return payload.whole;
}

uint8_t *pec_put_text(uint8_t *bytes, const char *text, uint8_t most) {
    uint8_t length = 0;
    while (text[length] != '\0') {
        uint8_t character = (uint8_t)text[length];
        if (length == most || !is_printable(character)) {
            return NULL;
        }
        length++;
        bytes[length] = character;
    }
    bytes[0] = length;
    return &bytes[length + 1u];
}
