// A gate that opens for the pieces of one bin: for an Uno, a Pico, an ESP32 and every other board that Arduino knows.
//
// Copy the .c and .h files of firmware_bridge/controller/c into the folder of this sketch. An Uno has one port, that of
// the USB cable; on boards with two, let WIRE be Serial1 and keep Serial for yourself.
#include <Arduino.h>

#include "posteye_controller.h"

#define WIRE Serial

static const int GATE_PIN = 9, BARRIER_PIN = 2;
static const char OPENS_FOR[] = "A3";
static const uint16_t DEADLINE_MS = 200; // from the light barrier to the gate

static pec_controller controller;
static uint32_t piece = 0; // under the camera

static void send(void *, const uint8_t *bytes, size_t count) {
    WIRE.write(bytes, count);
}

static bool take(void *, const pec_report *report) {
    bool expected = report->piece == piece; // one of long ago is not sorted any more
    bool opens = expected && report->bin[0] == OPENS_FOR[0] && report->bin[1] == OPENS_FOR[1] && !report->bin[2];
    digitalWrite(GATE_PIN, opens ? HIGH : LOW);
    return true;
}

static pec_board board; // filled in setup: C++ has no names in initialisers before 2020

void setup() {
    pinMode(GATE_PIN, OUTPUT);
    pinMode(BARRIER_PIN, INPUT);
    WIRE.begin(115200);
    board.model = "arduino sorter 1.0";
    board.capabilities = PEC_SPEAKS_TRIGGER;
    board.write = send;
    board.take = take;
    pec_start(&controller, &board, millis());
}

void loop() {
    static bool was_dark = false;
    while (WIRE.available() > 0) {
        uint8_t byte = static_cast<uint8_t>(WIRE.read());
        pec_receive(&controller, &byte, 1);
    }
    pec_poll(&controller, millis());
    bool dark = digitalRead(BARRIER_PIN) == LOW;
    if (dark && !was_dark) {
        piece++;
        digitalWrite(GATE_PIN, LOW); // a piece without a reading goes straight on
        pec_trigger(&controller, piece, DEADLINE_MS, millis());
    }
    was_dark = dark;
}
