# make demo | make test | make lint | make soak | make screenshots | make translations | make privacy | make clean
# Options of a command: make test ARGS="-k sign_up"
PYTHON ?= python3
ARGS ?=
PLATFORM = $(PYTHON) -m scripts.platform

.PHONY: help demo serve test soak lint screenshots translations privacy prepare clean

help:
	@$(PLATFORM) --help

demo serve test soak lint screenshots translations privacy prepare clean:
	@$(PLATFORM) $@ $(ARGS)
