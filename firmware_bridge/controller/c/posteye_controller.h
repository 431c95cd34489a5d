/* The sorter's end of posteye's wire: bytes from a serial line become readings to act upon, each once.
 *
 * C99 for any processor: it asks for no operating system, no heap and no library. Nothing is recursive, every loop is
 * bounded by the length of a frame or of a table, and all memory is a pec_controller, which is yours. docs/protocol.md
 * is the agreement that it keeps; docs/controller-library.md has an example and the sizes.
 *
 *     static pec_controller controller;
 *
 *     pec_start(&controller, &board, now_ms);      once
 *     pec_receive(&controller, &byte, 1);          for what the line brings
 *     pec_poll(&controller, now_ms);               again and again
 *
 * Call these functions from one place, the main loop: none of them may interrupt another. An interrupt puts its
 * bytes into a queue. A callback, but for `write`, may call what sends (pec_trigger, pec_tell_time, pec_ask_setting,
 * pec_change_setting), and nothing else of the library.
 *
 * What holds. A report that was sent, however often, however damaged in between, is taken over at most once, whole and
 * in order, as long as the controller is not restarted; section 4 of docs/protocol.md has what holds then, and what a
 * controller that remembers gains. Bytes that are no frame are dropped and counted, whatever they are.
 */
#ifndef POSTEYE_CONTROLLER_H
#define POSTEYE_CONTROLLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "posteye_wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What the reader says ----
 *
 * Texts are printable ASCII, end with a zero, and are there until the callback returns. */

#define PEC_STATUS_NOT_READ 0u /* a NO_READ: there is a reason, and no code and confidence */

/* What became of a piece. Sort by `bin` where the reader has a sort plan; else by `code`, if it was accepted. */
typedef struct {
    uint32_t session;    /* with the sequence it names the report: no other one has both */
    uint32_t piece;      /* its number: that of the pec_trigger where the flags say TRIGGERED */
    uint16_t sequence;   /* 1 to 65535 */
    uint16_t confidence; /* ten-thousandths, 0 to PEC_READING_CONFIDENCE_MOST */
    uint16_t elapsed_ms; /* from the picture, or the trigger, to the report; 65535: that or more */
    uint8_t status;      /* PEC_STATUS_...; sort by a code only if it is PEC_STATUS_ACCEPTED */
    uint8_t reason;      /* PEC_REASON_... or one of later days; 0 where the piece was read */
    uint8_t flags;       /* PEC_FLAG_... */
    const char *code;    /* accepted: the code; rejected: a guess for the log; else empty */
    const char *bin;     /* where the sort plan sends the piece; empty: there is no plan */
    const char *detail;  /* the reason in words, for the log */
} pec_report;

/* What the reader is. */
typedef struct {
    uint16_t capabilities; /* PEC_SPEAKS_... */
    const uint8_t *bundle; /* 8 bytes: the first of the hash of what it reads by */
    const char *model;
} pec_reader;

/* How the reader is. */
typedef struct {
    uint32_t uptime_s;
    uint32_t pieces;   /* decided since it started */
    uint16_t troubles; /* PEC_TROUBLE_... */
} pec_heartbeat;

/* A setting of the reader, as it answers it. */
typedef struct {
    uint8_t cause;     /* 0: done; else why not: PEC_CAUSE_... */
    const char *key;
    const char *value; /* that holds now */
} pec_setting;

/* ---- What is yours ---- */

#define PEC_NOT_TAKEN 0xFFu /* the reader answered no copy of a trigger */

/* The board: how bytes leave, and what is done about what the reader says. Every callback gets `context`. */
typedef struct {
    void *context;         /* yours */
    const char *model;     /* make and version, for logs: printable ASCII, at most PEC_IDENTITY_MODEL_MOST characters */
    uint16_t capabilities; /* of PEC_SPEAKS_TRIGGER, _TIME, _CONFIG, _REMEMBERS those that hold; the rest is added */

    /* Send the bytes of one frame; wait, queue or drop them. What is dropped is asked for again. */
    void (*write)(void *context, const uint8_t *bytes, size_t count);

    /* Take a report over, within 200 ms: true means that it was acted upon or certainly will be. False means that it
     * could not be now: it is not acknowledged, and comes again. Who says that it remembers has stored session and
     * sequence, together with what is still to be done, before this returns true. */
    bool (*take)(void *context, const pec_report *report);

    /* These may be NULL. They are called when the answer has been sent. */

    /* A reader opened a session. Who remembers stores it with sequence 0. */
    void (*opened)(void *context, uint32_t session, const char *name);
    void (*identified)(void *context, const pec_reader *reader); /* a good moment for pec_tell_time */
    void (*alive)(void *context, const pec_heartbeat *heartbeat);
    void (*setting)(void *context, const pec_setting *setting);
    /* A trigger is settled: cause 0, the reader took it and answers by one report; else none will come: PEC_CAUSE_...
     * or PEC_NOT_TAKEN. */
    void (*triggered)(void *context, uint32_t piece, uint8_t cause);
} pec_board;

/* ---- What is the library's: it has to be known for its size alone, but for `statistics` ---- */

#ifndef PEC_TRIGGERS
#define PEC_TRIGGERS 8u /* triggers that are sent and not yet taken, at most */
#endif

/* Counts since pec_start; the reader gets them where it asks. */
typedef struct {
    uint32_t uptime_s;
    uint32_t taken;      /* reports taken over */
    uint32_t duplicates; /* those that came again */
    uint32_t refused;    /* requests answered with a cause */
    uint32_t dropped;    /* damaged frames */
    uint32_t triggers;   /* pieces triggered */
    uint32_t repeats;    /* triggers sent again */
} pec_statistics;

/* One frame on its way in. */
typedef struct {
    uint32_t crc;
    uint16_t encoded; /* bytes since the delimiter */
    uint8_t length;   /* of the body so far */
    uint8_t code;     /* of the COBS block */
    uint8_t left;     /* bytes of it to come */
    uint8_t body[PEC_MOST_BODY_BYTES];
} pec_decoder;

/* A trigger that is on its way. */
typedef struct {
    uint32_t piece;
    uint32_t came_ms, again_ms;
    uint16_t deadline_ms, sequence;
    uint8_t copies;
    bool used;
} pec_waiting;

#define PEC_FRAME_BYTES 15u /* of a frame around its payload: two delimiters, COBS, header, CRC */

typedef struct {
    const pec_board *board;
    uint32_t session; /* 0: none */
    uint16_t last;    /* sequence of the last report that was taken over; 0: none */
    uint16_t own;     /* of what the controller said last of its own accord */
    uint32_t now_ms, second_ms;
    pec_statistics statistics;
    pec_waiting waiting[PEC_TRIGGERS];
    pec_decoder decoder;
    uint8_t frame[PEC_FRAME_BYTES + PEC_MOST_SENT_BYTES]; /* on its way out */
} pec_controller;

/* ---- Functions ---- */

/* Begin, without a session. The board is not copied; it may lie in flash. `now_ms`, here and below, is of any clock
 * that only runs; it may wrap around.
 * Returns false where write or take is missing, or the model is no text or too long: then call nothing else. */
bool pec_start(pec_controller *controller, const pec_board *board, uint32_t now_ms);

/* After pec_start, for a controller that remembers: go on in the session that it stored. */
void pec_resume(pec_controller *controller, uint32_t session, uint16_t last_sequence);

/* Take any bytes from the line. Reports are taken over and answers sent before it returns. Where the line was opened
 * anew, give it one zero byte first: it ends what the old line left unfinished. */
void pec_receive(pec_controller *controller, const uint8_t *bytes, size_t count);

/* Send triggers again where that is due: 20 ms after the first copy, then 40, 80, and 160 until it is given up.
 * Call it at least once a second, for the uptime; where there are triggers, every 10 ms. */
void pec_poll(pec_controller *controller, uint32_t now_ms);

/* Tell the reader that a piece came under the camera now; at once, and again until it is taken. Give each piece a
 * number of its own. `deadline_ms` is from now to its answer; 0: as the reader is configured.
 * Returns false where PEC_TRIGGERS are on their way: the piece was not told. */
bool pec_trigger(pec_controller *controller, uint32_t piece, uint16_t deadline_ms, uint32_t now_ms);

/* Tell the time of day: milliseconds since 1970 in UTC, without leap seconds. False without a session. */
bool pec_tell_time(pec_controller *controller, uint64_t unix_ms);

/* Ask for a setting, or change it; the answer comes to `setting`. They are not sent again by themselves. False without
 * a session, or where key or value is no printable ASCII or too long. */
bool pec_ask_setting(pec_controller *controller, const char *key);
bool pec_change_setting(pec_controller *controller, const char *key, const char *value);

#ifdef __cplusplus
}
#endif

#endif
