/* Payloads: what a reader may say, checked and taken apart. Only the library's own files include this.
 *
 * Source: docs/protocol.md section 3. Each returns false where the payload is malformed. Texts are shifted over their
 * length, so that they end with a zero: a payload can be taken apart once.
 */
#ifndef POSTEYE_PAYLOAD_H
#define POSTEYE_PAYLOAD_H

#include "posteye_controller.h"

/* A payload that is being taken apart. */
typedef struct {
    uint8_t *at;
    uint8_t left;
    bool whole; /* so far */
} pec_payload_in;

bool pec_read_hello(pec_payload_in payload, const char **name);
bool pec_read_reading(pec_payload_in payload, pec_report *report);
bool pec_read_no_read(pec_payload_in payload, pec_report *report);
bool pec_read_reader(pec_payload_in payload, pec_reader *reader);
bool pec_read_heartbeat(pec_payload_in payload, pec_heartbeat *heartbeat);
bool pec_read_setting(pec_payload_in payload, pec_setting *setting);
bool pec_read_taken(pec_payload_in payload, uint8_t *cause);

/* Write a text, if it is printable ASCII of at most so many characters, and return where it ends; else NULL. */
uint8_t *pec_put_text(uint8_t *bytes, const char *text, uint8_t most);

#endif
