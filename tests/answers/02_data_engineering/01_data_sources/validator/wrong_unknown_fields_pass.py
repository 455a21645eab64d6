# message: Of a body with note 'a field more' and a good one you accept the offsets [0, 1]
def sort_bodies(bodies):
    class Form(BaseModel):
        model_config = ConfigDict(strict=True)
        id: int = Field(ge=1)
        amount: float = Field(gt=0, le=10_000, allow_inf_nan=False)
        merchant: str = Field(pattern="^[0-9]{4}$")

    accepted, rejected = [], []
    for offset, body in enumerate(bodies):
        try:
            accepted.append((offset, Form.model_validate_json(body).model_dump()))
        except ValidationError as error:
            loc = error.errors()[0]["loc"]
            rejected.append((offset, str(loc[0]) if loc else "body"))
    return accepted, rejected
