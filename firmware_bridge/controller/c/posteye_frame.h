/* Frames: header, payload and CRC-32 inside COBS, between zero bytes. Only the library's own files include this.
 *
 * Source: docs/protocol.md section 1; S. Cheshire and M. Baker, "Consistent overhead byte stuffing", 1999.
 */
#ifndef POSTEYE_FRAME_H
#define POSTEYE_FRAME_H

#include "posteye_controller.h"

#define PEC_HEADER_BYTES 8u
#define PEC_CRC_BYTES 4u
#define PEC_TYPE_AT 1u
#define PEC_SEQUENCE_AT 2u
#define PEC_SESSION_AT 4u

typedef enum { PEC_NOTHING, PEC_WHOLE, PEC_DAMAGED } pec_arrival;

/* Be ready for a frame. */
void pec_decoder_reset(pec_decoder *decoder);

/* Take a byte. PEC_WHOLE: body and length are those of a frame, header and CRC included, until the next byte. */
pec_arrival pec_decode(pec_decoder *decoder, uint8_t byte);

/* The little-endian number of so many bytes, at most 4. */
uint32_t pec_number(const uint8_t *bytes, uint8_t count);

/* Write it, and return where it ends. */
uint8_t *pec_put(uint8_t *bytes, uint32_t value, uint8_t count);

/* Where the payload of a frame begins that is to be closed. */
uint8_t *pec_payload(uint8_t *frame);

/* Make a frame of type, sequence and session around the payload that lies in it up to `end`.
 * Returns its length, with a delimiter before and behind it. */
size_t pec_close(uint8_t *frame, const uint8_t *end, uint8_t type, uint16_t sequence, uint32_t session);

#endif
