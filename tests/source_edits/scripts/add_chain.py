from keras.layers import Dense, Dropout
from keras.models import Sequential
from keras.optimizers import SGD

from data import x_train, y_train

model = Sequential()
model.add(Dense(64, input_dim=8, activation='relu'))
# regularizes
model.add(Dropout(0.95))
model.add(Dense(64, activation='relu'))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='mean_squared_error', optimizer=SGD(lr := 0.5), metrics=['acc'])
model.fit(x_train, y_train, epochs=10, verbose=0)
