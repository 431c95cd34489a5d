/* What the example wants of a board. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stdint.h>

#define BOARD_CLOCK_HZ_LM3S6965 12000000u /* its internal oscillator, after reset */
#define BOARD_CLOCK_HZ_AN385 25000000u

/* Start the two ports: the wire, and a log. */
void board_start(void);

/* Move what the wire's port has received into the queue. */
void board_on_receive(void);

/* Send a byte on the wire, or to the log; wait while the port is busy. */
void board_write(uint8_t byte);
void board_log(uint8_t byte);

/* ---- The same on every Cortex-M: cortex_m.c ---- */

/* A byte from the wire; false where there is none. */
bool cortex_read(uint8_t *byte);

/* Queue a byte, from the interrupt. Where the queue is full it is lost, as one that the line lost. */
void cortex_received(uint8_t byte);

/* Let an interrupt through. */
void cortex_enable(uint32_t number);

/* Milliseconds since cortex_start_clock. */
void cortex_start_clock(uint32_t clock_hz);
uint32_t cortex_now_ms(void);

/* Sleep until something happens: a byte, or the next millisecond. */
void cortex_wait(void);

/* The most bytes of stack that were in use so far. */
uint32_t cortex_stack_used(void);

#endif
