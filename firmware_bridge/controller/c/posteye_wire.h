/* The numbers of posteye's wire protocol, version 1; docs/protocol.md has their meaning.
 *
 * Written by `python -m docs.build.wire_header` from the table of messages by which the reader encodes and decodes:
 * change that one.
 */
#ifndef POSTEYE_WIRE_H
#define POSTEYE_WIRE_H

#define PEC_VERSION 1u
#define PEC_MOST_ENCODED_BYTES 255u /* of a frame between its delimiters */
#define PEC_MOST_BODY_BYTES 254u /* of the same, decoded */
#define PEC_MOST_PAYLOAD_BYTES 242u
#define PEC_MOST_SENT_BYTES 98u /* of a payload that the controller sends */
#define PEC_FIRST_ANSWER 0x20u /* types below it are requests of the reader */

/* Types, each below the fields of its payload. A text is a byte of length and as many characters. */

/* name (text) */
#define PEC_TYPE_HELLO 0x01u
#define PEC_HELLO_NAME_MOST 64u /* characters */

/* piece (u32), confidence (u16), elapsed (u16), status (u8), code (text), flags (u8, may be missing), bin (text, may be
 * missing) */
#define PEC_TYPE_READING 0x02u
#define PEC_READING_CONFIDENCE_MOST 10000u
#define PEC_READING_STATUS_LEAST 1u
#define PEC_READING_STATUS_MOST 3u
#define PEC_READING_CODE_MOST 32u /* characters */
#define PEC_READING_BIN_MOST 32u /* characters */

/* piece (u32), elapsed (u16), reason (u8), flags (u8), bin (text), detail (text) */
#define PEC_TYPE_NO_READ 0x03u
#define PEC_NO_READ_REASON_LEAST 1u
#define PEC_NO_READ_BIN_MOST 32u /* characters */
#define PEC_NO_READ_DETAIL_MOST 64u /* characters */

/* capabilities (u16), bundle (8 bytes), model (text) */
#define PEC_TYPE_IDENTIFY 0x10u
#define PEC_IDENTIFY_MODEL_MOST 64u /* characters */

/* uptime (u32), pieces (u32), troubles (u16) */
#define PEC_TYPE_HEARTBEAT 0x11u

/* empty: a question */
#define PEC_TYPE_STATS 0x12u

/* cause (u8) */
#define PEC_TYPE_TAKEN 0x20u

/* cause (u8), key (text), value (text) */
#define PEC_TYPE_CONFIG 0x21u
#define PEC_CONFIG_KEY_MOST 32u /* characters */
#define PEC_CONFIG_VALUE_MOST 64u /* characters */

/* name (text) */
#define PEC_TYPE_WELCOME 0x81u
#define PEC_WELCOME_NAME_MOST 64u /* characters */

/* empty */
#define PEC_TYPE_ACK 0x82u

/* cause (u8) */
#define PEC_TYPE_NAK 0x83u

/* capabilities (u16), model (text) */
#define PEC_TYPE_IDENTITY 0x90u
#define PEC_IDENTITY_MODEL_MOST 64u /* characters */

/* uptime (u32), taken (u32), duplicates (u32), refused (u32), dropped (u32), triggers (u32), repeats (u32) */
#define PEC_TYPE_STATISTICS 0x92u

/* piece (u32), deadline (u16), age (u16) */
#define PEC_TYPE_TRIGGER 0xA0u

/* time (u64) */
#define PEC_TYPE_TIME 0xA1u

/* key (text) */
#define PEC_TYPE_CONFIG_GET 0xA2u
#define PEC_CONFIG_GET_KEY_MOST 32u /* characters */

/* key (text), value (text) */
#define PEC_TYPE_CONFIG_SET 0xA3u
#define PEC_CONFIG_SET_KEY_MOST 32u /* characters */
#define PEC_CONFIG_SET_VALUE_MOST 64u /* characters */

/* Of a READING. */
#define PEC_STATUS_ACCEPTED 1u
#define PEC_STATUS_REJECTED 2u
#define PEC_STATUS_NO_CODE 3u

/* Why a request or a setting is refused. */
#define PEC_CAUSE_UNSUPPORTED_VERSION 1u
#define PEC_CAUSE_UNKNOWN_TYPE 2u
#define PEC_CAUSE_MALFORMED_PAYLOAD 3u
#define PEC_CAUSE_UNKNOWN_SESSION 4u
#define PEC_CAUSE_STALE_SEQUENCE 5u
#define PEC_CAUSE_NOT_ALLOWED 6u
#define PEC_CAUSE_UNKNOWN_SETTING 7u

/* Why a piece was not read; a reason that is not here counts as OTHER. */
#define PEC_REASON_OTHER 1u
#define PEC_REASON_NO_TIME 2u
#define PEC_REASON_NO_PICTURE 3u
#define PEC_REASON_DOUBLE_FEED 4u
#define PEC_REASON_TOO_LONG 5u

/* Bits of a report's flags. */
#define PEC_FLAG_TRIGGERED 1u
#define PEC_FLAG_LATE 2u
#define PEC_FLAG_AGAIN 4u

/* Bits of what an end speaks. */
#define PEC_SPEAKS_NO_READ 1u
#define PEC_SPEAKS_HEARTBEAT 2u
#define PEC_SPEAKS_STATS 4u
#define PEC_SPEAKS_TRIGGER 8u
#define PEC_SPEAKS_TIME 16u
#define PEC_SPEAKS_CONFIG 32u
#define PEC_SPEAKS_REMEMBERS 64u

/* Bits of what is wrong at the reader. */
#define PEC_TROUBLE_CAMERA_LOST 1u
#define PEC_TROUBLE_DISK_FULL 2u
#define PEC_TROUBLE_CLOCK_STEPPED 4u
#define PEC_TROUBLE_OVERHEATED 8u

#endif
