/* Call counters and errors to order, for all functions of the double. */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "common.h"

#define MOST_FUNCTIONS 128
#define MOST_FILES 32
#define ALWAYS 0xffffffffu

struct function {
  char name[64];
  unsigned calls;
  unsigned code;
  /* How many calls are still to fail; ALWAYS for all. */
  unsigned failing;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct function functions[MOST_FUNCTIONS];
static unsigned function_count;
static void (*forgetters[MOST_FILES])(void);
static unsigned forgetter_count;

static void give_up(const char *what) {
  fprintf(stderr, "double.dll: %s\n", what);
  abort();
}

/* The function of that name, which is added where it is new. To be called with the lock held. */
static struct function *find(const char *name) {
  for (unsigned i = 0; i < function_count; i++)
    if (strcmp(functions[i].name, name) == 0) return &functions[i];
  if (function_count == MOST_FUNCTIONS) give_up("too many functions: raise MOST_FUNCTIONS");
  if (strlen(name) >= sizeof functions[0].name) give_up("the name of a function is too long");
  struct function *added = &functions[function_count++];
  memset(added, 0, sizeof *added);
  strcpy(added->name, name);
  return added;
}

EXPORT void double_fail_next(const char *name, unsigned code, unsigned times) {
  AcquireSRWLockExclusive(&lock);
  struct function *function = find(name);
  function->code = code;
  function->failing = times;
  ReleaseSRWLockExclusive(&lock);
}

EXPORT void double_fail(const char *name, unsigned code) { double_fail_next(name, code, code ? ALWAYS : 0); }

EXPORT unsigned double_calls(const char *name) {
  AcquireSRWLockExclusive(&lock);
  unsigned calls = find(name)->calls;
  ReleaseSRWLockExclusive(&lock);
  return calls;
}

EXPORT void double_reset(void) {
  AcquireSRWLockExclusive(&lock);
  function_count = 0;
  ReleaseSRWLockExclusive(&lock);
  for (unsigned i = 0; i < forgetter_count; i++) forgetters[i]();
}

unsigned double_enter(const char *name) {
  AcquireSRWLockExclusive(&lock);
  struct function *function = find(name);
  function->calls++;
  unsigned code = function->failing ? function->code : 0;
  if (function->failing && function->failing != ALWAYS) function->failing--;
  ReleaseSRWLockExclusive(&lock);
  return code;
}

void double_on_reset(void (*forget)(void)) {
  if (forgetter_count == MOST_FILES) give_up("too many files: raise MOST_FILES");
  forgetters[forgetter_count++] = forget;
}
