# make demo | make test | make lint | make soak | make screenshots | make clean
# Options of a command: make test ARGS="-k sign_up"
PYTHON ?= python3
ARGS ?=
PLATFORM = $(PYTHON) -m scripts.platform

.PHONY: help demo serve test soak lint screenshots prepare clean

help:
	@$(PLATFORM) --help

demo serve test soak lint screenshots prepare clean:
	@$(PLATFORM) $@ $(ARGS)
