/*
 * The double of Windows' libraries: functions with the names, calling convention and structures of Windows' own, which keep what
 * tests hand them and answer from it. It shows that our structures fit the SDK's and that our error paths work; it shows nothing
 * about Windows.
 *
 * Each function that stands for one of Windows' begins with
 *
 *     unsigned error = double_enter("SetTcpEntry");
 *     if (error) return error;
 */
#ifndef DOUBLE_COMMON_H
#define DOUBLE_COMMON_H

#define EXPORT __declspec(dllexport)

/* For tests: makes every further call of a function fail with an error code; 0 ends that. */
EXPORT void double_fail(const char *name, unsigned code);
/* For tests: makes the next calls fail, as many as told, and those after them work again. */
EXPORT void double_fail_next(const char *name, unsigned code, unsigned times);
/* For tests: how often a function has been called since the last reset, failed calls included. */
EXPORT unsigned double_calls(const char *name);
/* For tests: everything as it was when the library was loaded. */
EXPORT void double_reset(void);

/* Counts a call, and returns the error that it is to fail with, or 0. May be called on any thread. */
unsigned double_enter(const char *name);
/* A function to be called by double_reset. */
void double_on_reset(void (*forget)(void));

/* At file level, with the name of a `static void forget(void)`: what double_reset is to do for this file. */
#define DOUBLE_ON_RESET(forget) \
  __attribute__((constructor)) static void register_##forget(void) { double_on_reset(forget); }

#endif
