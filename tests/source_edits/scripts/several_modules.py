import numpy as np

from several_modules_model import build
from several_modules_settings import BATCH_SIZE

x, y = np.zeros((8, 4)), np.zeros((8, 2))
model = build()
model.fit(x, y, batch_size=BATCH_SIZE)
