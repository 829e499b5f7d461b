/* Copyright 2026 The learned_ik authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The kernels for Python: every entry takes what it takes under numba, arrays through the buffer
 * protocol. `bound` looks at the first arguments of an entry once, for all calls. */
#define PY_SSIZE_T_CLEAN
#ifdef LEARNED_IK_STABLE_ABI
#define Py_LIMITED_API 0x030B0000 /* the first in which buffers belong to it */
#endif
#include <Python.h>
#include <string.h>

#include "kernels.h"
#include "entries.h" /* both written by c_sources.py */

typedef struct { /* the first arguments of an entry, which are kept */
    const Entry *entry;
    PyMethodDef definition;
    int given;    /* how many arguments */
    int held;     /* how many of them are arrays */
    Value values[MOST_ARGUMENTS];
    Py_buffer buffers[MOST_ARGUMENTS];
} Bound;

static const char CAPSULE[] = "learned_ik entry";

/* Whether a buffer holds numbers of this kind: 'l' int64, 'd' float64, 'f' float32. */
static int holds(const Py_buffer *buffer, char kind) {
    const char *format = buffer->format ? buffer->format : "B";
    if (*format == '@' || *format == '=' || *format == '^' || *format == '<') format++;
    if (format[0] == '\0' || format[1] != '\0') return 0;
    if (kind == 'l') return (*format == 'l' || *format == 'q') && buffer->itemsize == 8;
    return *format == kind;
}

static const char *name_of(char kind) {
    return kind == 'l' ? "int64" : kind == 'd' ? "float64" : "float32";
}

/* Fill a value from an argument; `words` stands at its type and is moved on. Returns 1 where a
 * buffer is held from now on, 0 where none is, -1 with an exception set. */
static int take(PyObject *argument, int place, const char **words, Value *value, Py_buffer *buffer) {
    const char kind = *(*words)++;
    if (kind == 'i') {
        value->integer = PyLong_AsLongLong(argument);
        return value->integer == -1 && PyErr_Occurred() ? -1 : 0;
    }
    if (kind == 'n') {
        value->number = PyFloat_AsDouble(argument);
        return value->number == -1.0 && PyErr_Occurred() ? -1 : 0;
    }
    if (kind == 'b') {
        const int truth = PyObject_IsTrue(argument);
        value->flag = truth > 0;
        return truth < 0 ? -1 : 0;
    }
    const char dimensions = *(*words)++; /* '1', '2', or '*' for a row of any stride */
    const int any = dimensions == '*', wanted = any ? 1 : dimensions - '0';
    const int flags = PyBUF_FORMAT | (any ? PyBUF_STRIDES : PyBUF_C_CONTIGUOUS | PyBUF_WRITABLE);
    if (PyObject_GetBuffer(argument, buffer, flags) < 0) {
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "argument %d is no%s array of %s", place,
                     any ? "" : " writable, contiguous", name_of(kind));
        return -1;
    }
    if (buffer->ndim != wanted || !holds(buffer, kind)) {
        PyErr_Format(PyExc_TypeError,
                     "argument %d is an array of format '%s' and %d dimensions; expected %s and %d",
                     place, buffer->format ? buffer->format : "B", buffer->ndim, name_of(kind),
                     wanted);
        PyBuffer_Release(buffer);
        return -1;
    }
    value->array.data = buffer->buf;
    for (int k = 0; k < wanted; k++) {
        value->array.shape[k] = buffer->shape[k];
        value->array.strides[k] = buffer->strides[k];
    }
    return 1;
}

static void release(Py_buffer *buffers, int count) {
    while (count-- > 0) PyBuffer_Release(&buffers[count]);
}

/* Fill `values` from `given` on; returns how many buffers are held, or -1, then none is. */
static int take_all(const Entry *entry, int given, PyObject *const *arguments, Py_ssize_t count,
                    Value *values, Py_buffer *buffers) {
    const char *words = entry->words + entry->places[given];
    int held = 0;
    for (Py_ssize_t k = 0; k < count; k++) {
        const int taken =
            take(arguments[k], given + (int)k, &words, &values[given + k], &buffers[held]);
        if (taken < 0) {
            release(buffers, held);
            return -1;
        }
        held += taken;
    }
    return held;
}

static PyObject *call(PyObject *self, PyObject *const *arguments, Py_ssize_t count) {
    const Bound *bound = PyCapsule_GetPointer(self, CAPSULE);
    if (bound == NULL) return NULL;
    const Entry *entry = bound->entry;
    if (count != entry->count - bound->given)
        return PyErr_Format(PyExc_TypeError, "%s takes %d arguments, of which %d were given before; "
                            "got %zd", entry->name, entry->count, bound->given, count);
    Value values[MOST_ARGUMENTS];
    Py_buffer buffers[MOST_ARGUMENTS];
    memcpy(values, bound->values, (size_t)bound->given * sizeof(Value));
    const int held = take_all(entry, bound->given, arguments, count, values, buffers);
    if (held < 0) return NULL;
    int64_t result = 0;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = entry->call(values, &result);
    Py_END_ALLOW_THREADS
    release(buffers, held);
    if (status != 0)
        return PyErr_Format(PyExc_RuntimeError, "%s: its arrays do not fit each other", entry->name);
    if (entry->result == 'i') return PyLong_FromLongLong(result);
    if (entry->result == 'b') return PyBool_FromLong((long)result);
    Py_RETURN_NONE;
}

static void forget(PyObject *capsule) {
    Bound *bound = PyCapsule_GetPointer(capsule, CAPSULE);
    if (bound == NULL) return;
    release(bound->buffers, bound->held);
    PyMem_Free(bound);
}

/* Return a callable of an entry that has these arguments already. */
static PyObject *bind(const Entry *entry, PyObject *const *arguments, Py_ssize_t count) {
    Bound *bound = PyMem_Calloc(1, sizeof(Bound));
    if (bound == NULL) return PyErr_NoMemory();
    bound->entry = entry;
    bound->definition = (PyMethodDef){entry->name, (PyCFunction)(void (*)(void))call,
                                      METH_FASTCALL, NULL};
    bound->held = take_all(entry, 0, arguments, count, bound->values, bound->buffers);
    bound->given = (int)count;
    if (bound->held < 0) {
        PyMem_Free(bound);
        return NULL;
    }
    PyObject *capsule = PyCapsule_New(bound, CAPSULE, forget);
    if (capsule == NULL) {
        release(bound->buffers, bound->held);
        PyMem_Free(bound);
        return NULL;
    }
    PyObject *function = PyCFunction_NewEx(&bound->definition, capsule, NULL);
    Py_DECREF(capsule);
    return function;
}

static PyObject *bound(PyObject *module, PyObject *const *arguments, Py_ssize_t count) {
    (void)module;
    PyObject *self = count > 0 && PyCFunction_Check(arguments[0])
                         ? PyCFunction_GetSelf(arguments[0]) : NULL;
    const Bound *before =
        self != NULL && PyCapsule_IsValid(self, CAPSULE) ? PyCapsule_GetPointer(self, CAPSULE) : NULL;
    if (before == NULL || before->given != 0 || count - 1 > before->entry->count) {
        PyErr_Clear();
        PyErr_SetString(PyExc_TypeError,
                        "bound takes an entry of this module and its first arguments");
        return NULL;
    }
    return bind(before->entry, arguments + 1, count - 1);
}

static PyObject *use(PyObject *module, PyObject *level) {
    (void)module;
    PyObject *text = PyUnicode_Check(level) ? PyUnicode_AsUTF8String(level) : NULL;
    const char *name = text != NULL ? PyBytes_AsString(text) : NULL;
    const int chosen = name != NULL && learned_ik_use(name) == 0;
    if (!chosen && !PyErr_Occurred())
        PyErr_Format(PyExc_ValueError, "%R is no level of this library and processor", level);
    Py_XDECREF(text);
    if (!chosen) return NULL;
    Py_RETURN_NONE;
}

static PyObject *level(PyObject *module, PyObject *ignored) {
    (void)module;
    (void)ignored;
    return PyUnicode_FromString(learned_ik_level());
}

static PyMethodDef METHODS[] = {
    {"bound", (PyCFunction)(void (*)(void))bound, METH_FASTCALL,
     "Return an entry that has its first arguments already."},
    {"use", use, METH_O, "Choose the code for a processor by its name: for tests."},
    {"level", level, METH_NOARGS, "Return the name of the processor whose code is used."},
    {NULL, NULL, 0, NULL},
};

static int fill(PyObject *module) {
    if (learned_ik_level() == NULL) {
        PyErr_SetString(PyExc_ImportError, "this processor is older than " OLDEST_LEVEL);
        return -1;
    }
    for (int k = 0; k < ENTRY_COUNT; k++) {
        PyObject *function = bind(&ENTRIES[k], NULL, 0);
        if (function == NULL) return -1;
        const int failed = PyObject_SetAttrString(module, ENTRIES[k].name, function);
        Py_DECREF(function);
        if (failed) return -1;
    }
    return PyModule_AddStringConstant(module, "sources", learned_ik_sources());
}

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, (void *)fill}, {0, NULL}};
static PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, "compiled", "The kernels, compiled ahead of time.", 0, METHODS, SLOTS,
    NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_compiled(void) { return PyModuleDef_Init(&MODULE); }
