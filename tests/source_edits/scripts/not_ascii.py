# -*- coding: utf-8 -*-
"""Größen schätzen."""
import keras
import numpy as np

größe = 8; rate = 1.0  # µ
modell = keras.Sequential([keras.Input((4,)), keras.layers.Dense(größe, name="schätzung"), keras.layers.Dense(2, name="änderung")])
modell.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")  # „schnell“
modell.fit(np.zeros((8, 4)), np.zeros((8, 2)))
