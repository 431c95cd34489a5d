/* A stand-in for Arduino's own header: what the sketch calls, as Arduino's reference declares it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { LOW = 0, HIGH = 1, INPUT = 0, OUTPUT = 1 };

class HardwareSerial {
  public:
    void begin(unsigned long bits_a_second);
    int available();
    int read();
    size_t write(const uint8_t *bytes, size_t count);
};
extern HardwareSerial Serial;

unsigned long millis();
void pinMode(uint8_t pin, uint8_t mode);
int digitalRead(uint8_t pin);
void digitalWrite(uint8_t pin, uint8_t level);
