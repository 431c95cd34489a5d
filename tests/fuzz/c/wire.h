/* Frames of the wire in the plainest way: what the controller library does byte by byte is compared with them. */
#ifndef FZ_WIRE_H
#define FZ_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define FZ_MOST_ENCODED 255
#define FZ_MOST_WIRE (FZ_MOST_ENCODED + 2)
#define FZ_HEADER 8
#define FZ_CRC 4
#define FZ_MOST_PAYLOAD (FZ_MOST_ENCODED - 1 - FZ_HEADER - FZ_CRC)

uint32_t fz_crc(const uint8_t *bytes, size_t count);

/* Put a header and a CRC around a payload that begins at body + FZ_HEADER; returns the length of the body. */
size_t fz_body(uint8_t *body, size_t payload, uint8_t version, uint8_t type, uint16_t sequence, uint32_t session);

/* Encode a body of at most 254 bytes between two delimiters; returns the length. */
size_t fz_frame(const uint8_t *body, size_t length, uint8_t *wire);

/* Decode what stood between two delimiters; returns the length of the body, 0 where it is no frame. */
size_t fz_unframe(const uint8_t *encoded, size_t count, uint8_t *body);

uint32_t fz_number(const uint8_t *bytes, int count);

#endif
