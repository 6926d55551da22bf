/* The digest of the sources that this library was compiled from: setup.py defines SOURCES. */

const char *octavo_sources(void) { return SOURCES; }
