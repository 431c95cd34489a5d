#include "wire.h"

uint32_t fz_crc(const uint8_t *bytes, size_t count) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
        }
    }
    return ~crc;
}

static void put(uint8_t *bytes, uint32_t value, int count) {
    for (int i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
}

uint32_t fz_number(const uint8_t *bytes, int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++) {
        value |= (uint32_t)bytes[i] << 8 * i;
    }
    return value;
}

size_t fz_body(uint8_t *body, size_t payload, uint8_t version, uint8_t type, uint16_t sequence, uint32_t session) {
    body[0] = version;
    body[1] = type;
    put(body + 2, sequence, 2);
    put(body + 4, session, 4);
    put(body + FZ_HEADER + payload, fz_crc(body, FZ_HEADER + payload), FZ_CRC);
    return FZ_HEADER + payload + FZ_CRC;
}

size_t fz_frame(const uint8_t *body, size_t length, uint8_t *wire) {
    size_t written = 0, begin = 0;
    wire[written++] = 0;
    for (size_t end = 0; end <= length; end++) {
        if (end == length || body[end] == 0) { /* a block, in front of it its length and one */
            wire[written++] = (uint8_t)(end - begin + 1);
            for (size_t i = begin; i < end; i++) {
                wire[written++] = body[i];
            }
            begin = end + 1;
        }
    }
    wire[written++] = 0;
    return written;
}

size_t fz_unframe(const uint8_t *encoded, size_t count, uint8_t *body) {
    size_t read = 0, length = 0;
    if (count > FZ_MOST_ENCODED) {
        return 0;
    }
    while (read < count) {
        size_t code = encoded[read++];
        if (read + code - 1 > count) {
            return 0;
        }
        for (size_t i = 1; i < code; i++) {
            body[length++] = encoded[read++];
        }
        if (code < 255 && read < count) {
            body[length++] = 0;
        }
    }
    if (length < FZ_HEADER + FZ_CRC) {
        return 0;
    }
    return fz_number(body + length - FZ_CRC, FZ_CRC) == fz_crc(body, length - FZ_CRC) ? length : 0;
}
