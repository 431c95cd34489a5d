/* Arm's MPS2 with the design AN385: two ports of the kind CMSDK APB UART. Source: ARM DAI 0385; ARM DDI 0479, 4.3. */
#include "board.h"

#define WIRE ((volatile uint32_t *)0x40004000u)
#define LOG ((volatile uint32_t *)0x40005000u)
#define WIRE_INTERRUPT 0u
#define BITS_A_SECOND 115200u

/* Registers, in words. */
enum { DATA = 0, STATE = 1, CONTROL = 2, CLEAR = 3, DIVISOR = 4 };
#define TRANSMIT_FULL 1u
#define RECEIVED 2u
#define SEND 1u
#define RECEIVE 2u
#define RECEIVE_INTERRUPT 8u

static void write(volatile uint32_t *port, uint8_t byte) {
    while ((port[STATE] & TRANSMIT_FULL) != 0u) {
    }
    port[DATA] = byte;
}

void board_start(void) {
    WIRE[DIVISOR] = BOARD_CLOCK_HZ_AN385 / BITS_A_SECOND;
    LOG[DIVISOR] = BOARD_CLOCK_HZ_AN385 / BITS_A_SECOND;
    WIRE[CONTROL] = SEND | RECEIVE | RECEIVE_INTERRUPT;
    LOG[CONTROL] = SEND;
    cortex_enable(WIRE_INTERRUPT);
    cortex_start_clock(BOARD_CLOCK_HZ_AN385);
}

void board_on_receive(void) {
    while ((WIRE[STATE] & RECEIVED) != 0u) {
        cortex_received((uint8_t)WIRE[DATA]);
        WIRE[CLEAR] = RECEIVED;
    }
}

void board_write(uint8_t byte) {
    write(WIRE, byte);
}

void board_log(uint8_t byte) {
    write(LOG, byte);
}
