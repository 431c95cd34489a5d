/* Frames from bytes and to bytes. */
#include "posteye_frame.h"

#define FIRST_CRC 0xFFFFFFFFu
#define RESIDUE 0xDEBB20E3u /* what the register holds behind a body with its CRC */
#define LONGEST_BLOCK 255u  /* code of a COBS block that no zero follows */
#define FRONT_BYTES 2u      /* of a frame before its body: delimiter, first code */

/* CRC-32/ISO-HDLC by half a byte at a time: 64 bytes of table, where one for whole bytes has 1024. */
static uint32_t crc_with(uint32_t crc, uint8_t byte) {
    static const uint32_t table[16] = {
        0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u, 0x4DB26158u, 0x5005713Cu,
        0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu, 0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu};
    uint32_t next = crc ^ byte;
    next = (next >> 4) ^ table[next & 15u];
    return (next >> 4) ^ table[next & 15u];
}

void pec_decoder_reset(pec_decoder *decoder) {
    decoder->crc = FIRST_CRC;
    decoder->encoded = 0;
    decoder->length = 0;
    decoder->code = LONGEST_BLOCK; /* no zero stands before the first block */
    decoder->left = 0;
}

/* There is room: a body is shorter than what it was encoded to, and no more than MOST_ENCODED bytes are taken. */
static void store(pec_decoder *decoder, uint8_t byte) {
    decoder->body[decoder->length] = byte;
    decoder->length++;
    decoder->crc = crc_with(decoder->crc, byte);
}

static pec_arrival finish(pec_decoder *decoder) {
    bool fits = decoder->encoded <= PEC_MOST_ENCODED_BYTES && decoder->left == 0u;
    bool is_frame = fits && decoder->length >= PEC_HEADER_BYTES + PEC_CRC_BYTES && decoder->crc == RESIDUE;
    pec_arrival arrival = is_frame ? PEC_WHOLE : PEC_DAMAGED;
    if (decoder->encoded == 0u) {
        arrival = PEC_NOTHING;
    }
    uint8_t length = decoder->length;
    pec_decoder_reset(decoder);
    decoder->length = is_frame ? length : 0u;
    return arrival;
}

pec_arrival pec_decode(pec_decoder *decoder, uint8_t byte) {
    if (byte == 0u) {
        return finish(decoder);
    }
    if (decoder->encoded == 0u) {
        decoder->length = 0; /* the frame before was there until now */
    }
    if (decoder->encoded <= PEC_MOST_ENCODED_BYTES) { /* one more than fits is enough to know that it does not */
        decoder->encoded++;
    }
    if (decoder->encoded > PEC_MOST_ENCODED_BYTES) {
        return PEC_NOTHING;
    }
    if (decoder->left > 0u) {
        store(decoder, byte);
        decoder->left--;
    } else {
        if (decoder->code < LONGEST_BLOCK) {
            store(decoder, 0);
        }
        decoder->code = byte;
        decoder->left = (uint8_t)(byte - 1u);
    }
    return PEC_NOTHING;
}

uint32_t pec_number(const uint8_t *bytes, uint8_t count) {
    uint32_t value = 0;
    for (uint8_t i = 0; i < count; i++) {
        value |= (uint32_t)bytes[i] << (8u * i);
    }
    return value;
}

uint8_t *pec_put(uint8_t *bytes, uint32_t value, uint8_t count) {
    for (uint8_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(value >> (8u * i));
    }
    return &bytes[count];
}

uint8_t *pec_payload(uint8_t *frame) {
    return &frame[FRONT_BYTES + PEC_HEADER_BYTES];
}

size_t pec_close(uint8_t *frame, const uint8_t *end, uint8_t type, uint16_t sequence, uint32_t session) {
    uint8_t *body = &frame[FRONT_BYTES];
    body[0] = PEC_VERSION;
    body[PEC_TYPE_AT] = type;
    (void)pec_put(&body[PEC_SEQUENCE_AT], sequence, 2);
    (void)pec_put(&body[PEC_SESSION_AT], session, 4);
    size_t length = (size_t)(end - body);
    uint32_t crc = FIRST_CRC;
    for (size_t i = 0; i < length; i++) {
        crc = crc_with(crc, body[i]);
    }
    (void)pec_put(&body[length], ~crc, PEC_CRC_BYTES);
    length += PEC_CRC_BYTES;
    /* COBS in place: each zero becomes the distance to the next one. A body of at most 254 bytes has no block of 255
     * that another one follows, so no byte moves. */
    uint8_t *code = &frame[FRONT_BYTES - 1u];
    uint8_t distance = 1;
    for (size_t i = 0; i < length; i++) {
        if (body[i] == 0u) {
            *code = distance;
            code = &body[i];
            distance = 1;
        } else {
            distance++;
        }
    }
    *code = distance;
    frame[0] = 0;
    body[length] = 0;
    return FRONT_BYTES + length + 1u;
}
